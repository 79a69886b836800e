// Risk: day trades, the kill switch, circuit breakers, approvals and autonomy.

#include <array>
#include <span>

#include "contract/catalogue.h"
#include "contract/catalogue_parts.h"
#include "contract/value_checks.h"

namespace bulwark::contract {

namespace {

constexpr std::array kEntryList = {
    Entry{
        .id = EntryId::kPdtTrades,
        .pattern = "risk:pdt:trades",
        .group = Group::kRisk,
        .kind = Kind::kSortedSet,
        .encoding = Encoding::kSpacedJson,
        .example = R"({"symbol": "AAPL", "date": "2026-03-12", "recorded_at": )"
                   R"("2026-03-12T14:30:00.123456Z", "order_id": )"
                   R"("8a4f2c1e-5b7d-5e9f-a1b2-c3d4e5f60718", "number": 1, "source": "bulwark"})",
        .example_key = "risk:pdt:trades",
        .ttl = {},
        .producer = "trader; tools may add members of their own",
        .consumers = "trader, risk page",
        .standing = Standing::kDerived,
        .rebuilt_from = "the executions in the ledger and what others wrote, which it keeps",
        .origin = Origin::kSeedB,
        .is_written_by_trader = true,
        .meaning = "One member per day trade, scored by the ordinal of its trade date (0001-01-01 "
                   "is 1; Unix day + 719163). What is older than eight days and outside the window "
                   "is trimmed.",
        .check = &CheckDayTrade,
    },
    Entry{
        .id = EntryId::kKillSwitch,
        .pattern = "risk:kill_switch",
        .group = Group::kRisk,
        .kind = Kind::kString,
        .encoding = Encoding::kWord,
        .example = "inactive",
        .example_key = "risk:kill_switch",
        .ttl = {},
        .producer = "trader",
        .consumers = "trader, every pre-trade check, page",
        .standing = Standing::kDerived,
        .rebuilt_from = "the ledger's last turn of the kill switch; absent is treated as active",
        .origin = Origin::kSeedB,
        .is_written_by_trader = true,
        .meaning = "active: no new orders, working orders cancelled, positions kept; inactive: "
                   "trading may go on.",
        .check = &CheckKillSwitch,
    },
    Entry{
        .id = EntryId::kKillMeta,
        .pattern = "risk:kill_switch:meta",
        .group = Group::kRisk,
        .kind = Kind::kString,
        .encoding = Encoding::kSpacedJson,
        .example =
            R"({"active": true, "reason": "test", "activated_at": )"
            R"("2026-11-21T20:40:32.840583+00:00", "deactivated_at": null, "operator": "human", )"
            R"("sequence": 3})",
        .example_key = "risk:kill_switch:meta",
        .ttl = {},
        .producer = "trader, in one transaction with risk:kill_switch",
        .consumers = "page, `bulwark status`",
        .standing = Standing::kDerived,
        .rebuilt_from = "the ledger's last turn of the kill switch",
        .origin = Origin::kExtension,
        .is_written_by_trader = true,
        .meaning = "Why, when and by whom the kill switch was last turned.",
        .check = &CheckKillMeta,
    },
    Entry{
        .id = EntryId::kKillLog,
        .pattern = "risk:kill_switch:log",
        .group = Group::kRisk,
        .kind = Kind::kList,
        .encoding = Encoding::kSpacedJson,
        .example =
            R"({"action": "activate", "reason": "test", "timestamp": )"
            R"("2026-11-21T20:40:32.840583+00:00", "operator": "human", "result": "applied", )"
            R"("sequence": 3})",
        .example_key = "risk:kill_switch:log",
        .ttl = {},
        .producer = "trader",
        .consumers = "page, audits",
        .standing = Standing::kDerived,
        .rebuilt_from = "the turns of the kill switch in the ledger",
        .origin = Origin::kExtension,
        .is_written_by_trader = true,
        .meaning = "Every turn of the kill switch and every refused one, newest last.",
        .check = &CheckKillLogEntry,
    },
    Entry{
        .id = EntryId::kOperatorHeartbeat,
        .pattern = "risk:circuit_breaker:heartbeat",
        .group = Group::kRisk,
        .kind = Kind::kString,
        .encoding = Encoding::kTime,
        .example = "2026-11-21T20:40:32.840583+00:00",
        .example_key = "risk:circuit_breaker:heartbeat",
        .ttl = {},
        .producer = "operator, through any client",
        .consumers = "circuit breaker dead_man_switch",
        .standing = Standing::kDerived,
        .rebuilt_from = "the operator's signs of life in the ledger",
        .origin = Origin::kExtension,
        .is_written_by_trader = false,
        .meaning = "When the operator last gave a sign of life; one from the future is ignored.",
        .check = &CheckTime,
    },
    Entry{
        .id = EntryId::kLegacyHeartbeat,
        .pattern = "circuit_breaker:heartbeat",
        .group = Group::kRisk,
        .kind = Kind::kString,
        .encoding = Encoding::kTime,
        .example = "2026-11-21T20:40:32.840583+00:00",
        .example_key = "circuit_breaker:heartbeat",
        .ttl = {},
        .producer = "operator, through older clients",
        .consumers = "circuit breaker dead_man_switch",
        .standing = Standing::kDerived,
        .rebuilt_from = "the operator's signs of life in the ledger",
        .origin = Origin::kExtension,
        .is_written_by_trader = false,
        .meaning = "The older name of risk:circuit_breaker:heartbeat, read when that is absent.",
        .check = &CheckTime,
    },
    Entry{
        .id = EntryId::kBreakerView,
        .pattern = "risk:circuit_breaker:<name>",
        .group = Group::kRisk,
        .kind = Kind::kString,
        .encoding = Encoding::kSpacedJson,
        .example = R"({"tripped": true, "reason": "VIX 36.2 is above 35.0", "checked_at": )"
                   R"("2026-11-21T20:47:17.602899+00:00"})",
        .example_key = "risk:circuit_breaker:vix",
        .ttl = {.min_s = 600, .max_s = 600},
        .producer = "trader, at each change and every minute",
        .consumers = "page, `bulwark status`",
        .standing = Standing::kDerived,
        .rebuilt_from = "the breakers of the running trader; the ledger says which had tripped",
        .origin = Origin::kExtension,
        .is_written_by_trader = true,
        .meaning = "Whether one breaker holds up entries, and the number it looked at.",
        .check = &CheckBreakerView,
    },
    Entry{
        .id = EntryId::kVixInput,
        .pattern = "risk:input:vix",
        .group = Group::kRisk,
        .kind = Kind::kString,
        .encoding = Encoding::kSpacedJson,
        .example = R"({"level": 18.2, "at": "2026-11-21T20:47:17.602899+00:00"})",
        .example_key = "risk:input:vix",
        .ttl = {},
        .producer = "whoever reads the index",
        .consumers = "circuit breaker vix",
        .standing = Standing::kDerived,
        .rebuilt_from = "nothing: without it the level is unknown, which holds up nothing",
        .origin = Origin::kExtension,
        .is_written_by_trader = false,
        .meaning = "Level of the volatility index; each new time is one reading.",
        .check = &CheckVixReading,
    },
    Entry{
        .id = EntryId::kPendingApprovals,
        .pattern = "execution:pending_approvals",
        .group = Group::kRisk,
        .kind = Kind::kHash,
        .encoding = Encoding::kCompactJson,
        .example = R"({"id":"1da26b1b-0000-4000-8000-000000000001","symbol":"AAPL","side":"BUY",)"
                   R"("order_type":"LIMIT","quantity":10.0,"limit_price":170.5,"stop_price":null,)"
                   R"("take_profit_price":null,"status":"PENDING","strategy_name":"ema_cross",)"
                   R"("signal_strength":0.8,"created_at":"2026-11-21T20:30:00Z","filled_at":null,)"
                   R"("filled_price":null,"filled_quantity":null,"broker_order_id":"","metadata":)"
                   R"({"reference_price":170.6,"requires_approval_by":"2026-11-21T20:45:00Z",)"
                   R"("reason":""}})",
        .example_key = "execution:pending_approvals",
        .ttl = {},
        .producer = "trader",
        .consumers = "page, `bulwark approvals`",
        .standing = Standing::kDerived,
        .rebuilt_from = "the open proposals in the ledger",
        .origin = Origin::kSeedB,
        .is_written_by_trader = true,
        .meaning = "The orders that wait for a person, by their id; absent when none waits.",
        .check = &CheckProposedOrder,
    },
    Entry{
        .id = EntryId::kAutonomyMode,
        .pattern = "risk:autonomy:mode",
        .group = Group::kRisk,
        .kind = Kind::kString,
        .encoding = Encoding::kWord,
        .example = "MANUAL_APPROVAL",
        .example_key = "risk:autonomy:mode",
        .ttl = {},
        .producer = "trader",
        .consumers = "page",
        .standing = Standing::kDerived,
        .rebuilt_from = "the ledger's last change of the mode, else `autonomy.mode`",
        .origin = Origin::kExtension,
        .is_written_by_trader = true,
        .meaning = "How much the trader does without a person.",
        .check = &CheckAutonomyMode,
    },
    Entry{
        .id = EntryId::kAutonomyModeSince,
        .pattern = "risk:autonomy:mode_since",
        .group = Group::kRisk,
        .kind = Kind::kString,
        .encoding = Encoding::kTime,
        .example = "2026-11-21T20:40:32.840583+00:00",
        .example_key = "risk:autonomy:mode_since",
        .ttl = {},
        .producer = "trader",
        .consumers = "page",
        .standing = Standing::kDerived,
        .rebuilt_from = "the ledger's last change of the mode, else when the account began",
        .origin = Origin::kSeedB,
        .is_written_by_trader = true,
        .meaning = "Since when that mode is in force.",
        .check = &CheckTime,
    },
    Entry{
        .id = EntryId::kAutonomyLog,
        .pattern = "risk:autonomy:transition_log",
        .group = Group::kRisk,
        .kind = Kind::kList,
        .encoding = Encoding::kSpacedJson,
        .example = R"({"from": "PAPER_ONLY", "to": "MANUAL_APPROVAL", "at": )"
                   R"("2026-11-21T20:40:32.840583+00:00"})",
        .example_key = "risk:autonomy:transition_log",
        .ttl = {},
        .producer = "trader",
        .consumers = "page, audits",
        .standing = Standing::kDerived,
        .rebuilt_from = "nothing; the table autonomy_modes of the ledger has all changes",
        .origin = Origin::kSeedB,
        .is_written_by_trader = true,
        .meaning = "The last changes of the mode, newest last; at most 1,000.",
        .check = &CheckModeChange,
    },
    Entry{
        .id = EntryId::kPortfolioRisk,
        .pattern = "risk:portfolio",
        .group = Group::kRisk,
        .kind = Kind::kString,
        .encoding = Encoding::kSpacedJson,
        .example = R"({"current_drawdown_pct": 5.2, "daily_pnl_pct": -1.1, "sector_exposure": )"
                   R"({"Technology": 4.9}, "positions_at_risk": [{"symbol": "AAPL", )"
                   R"("loss_pct": 1.4, "stop_loss_pct": 2.0}], "pdt_trades_used": 1, )"
                   R"("pdt_max": 2, "cash_reserve_pct": 95.1, "total_positions": 1, )"
                   R"("max_positions": 20, "watchdog": "reduced", "size_factor": 0.5, )"
                   R"("checked_at": "2026-11-21T20:47:17.602899+00:00"})",
        .example_key = "risk:portfolio",
        .ttl = {},
        .producer = "trader, with the metrics",
        .consumers = "page, any reader",
        .standing = Standing::kDerived,
        .rebuilt_from = "positions, prices and anchors of the running trader",
        .origin = Origin::kExtension,
        .is_written_by_trader = true,
        .meaning = "How the account stands against its limits, and what the watchdog makes of it.",
        .check = &CheckPortfolioRisk,
    },
};

}  // namespace

std::span<const Entry> RiskEntries() {
  return kEntryList;
}

}  // namespace bulwark::contract

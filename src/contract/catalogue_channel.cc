// The pub/sub channels.

#include <array>
#include <span>

#include "contract/catalogue.h"
#include "contract/catalogue_parts.h"
#include "contract/value_checks.h"

namespace bulwark::contract {

namespace {

constexpr std::array kEntryList = {
    Entry{
        .id = EntryId::kPortfolioUpdate,
        .pattern = "portfolio:update",
        .group = Group::kChannels,
        .kind = Kind::kChannel,
        .encoding = Encoding::kCompactJson,
        .example =
            R"({"timestamp":"2026-11-21T20:40:33.759289Z","total_equity":20000.0,"cash":19150.0,)"
            R"("positions_value":850.0,"daily_pnl":0.0,"daily_pnl_pct":0.0,"total_pnl":0.0,)"
            R"("total_pnl_pct":0.0,"max_drawdown_pct":2.5,"positions":[{"symbol":"AAPL",)"
            R"("quantity":5.0,"avg_entry_price":170.0,"current_price":170.0,"market_value":850.0,)"
            R"("unrealized_pnl":0.0,"unrealized_pnl_pct":0.0,"side":"BUY","sector":"Technology",)"
            R"("entry_date":"2026-11-21T20:47:17.612063Z","strategy_name":"ema_cross"}],)"
            R"("sector_exposure":{"Technology":850.0}})",
        .example_key = "portfolio:update",
        .ttl = {},
        .producer = "trader",
        .consumers = "WebSocket clients, page",
        .standing = Standing::kEvent,
        .rebuilt_from = "nothing: a message is gone once sent; read the keys for the present state",
        .origin = Origin::kSeedB,
        .is_written_by_trader = true,
        .meaning = "The whole portfolio after a change, in money and percent.",
        .check = &CheckPortfolioUpdate,
    },
    Entry{
        .id = EntryId::kTradeExecuted,
        .pattern = "trade:executed",
        .group = Group::kChannels,
        .kind = Kind::kChannel,
        .encoding = Encoding::kCompactJson,
        .example =
            R"({"id":"t1","order_id":"1da26b1b-0000-4000-8000-000000000001","symbol":"BTC/USDT",)"
            R"("side":"BUY","quantity":0.5,"price":110.0,"entry_price":110.0,"fee":0.055,)"
            R"("timestamp":"2026-11-21T20:38:45.716110Z",)"
            R"("entry_time":"2026-11-21T20:38:45.716110Z","strategy_name":"ema_cross",)"
            R"("intent":"OPEN_LONG"})",
        .example_key = "trade:executed",
        .ttl = {},
        .producer = "trader",
        .consumers = "WebSocket clients, page",
        .standing = Standing::kEvent,
        .rebuilt_from = "nothing: a message is gone once sent; read the keys for the present state",
        .origin = Origin::kSeedB,
        .is_written_by_trader = true,
        .meaning = "One fill, after it was booked.",
        .check = &CheckTradeExecuted,
    },
    Entry{
        .id = EntryId::kTradePendingApproval,
        .pattern = "trade:pending_approval",
        .group = Group::kChannels,
        .kind = Kind::kChannel,
        .encoding = Encoding::kCompactJson,
        .example = R"({"id":"1da26b1b-0000-4000-8000-000000000001","symbol":"AAPL","side":"BUY",)"
                   R"("quantity":10.0,"limit_price":170.5,"signal_strength":0.8,)"
                   R"("strategy_name":"ema_cross","risk_assessment":{"position_limit_ok":true,)"
                   R"("portfolio_limit_ok":true,"pdt_ok":true},)"
                   R"("requires_approval_by":"2026-11-21T20:45:00Z"})",
        .example_key = "trade:pending_approval",
        .ttl = {},
        .producer = "trader",
        .consumers = "WebSocket clients, page",
        .standing = Standing::kEvent,
        .rebuilt_from = "nothing: a message is gone once sent; read the keys for the present state",
        .origin = Origin::kSeedB,
        .is_written_by_trader = true,
        .meaning = "An order that waits for a person, with what the checks said of it.",
        .check = &CheckPendingApproval,
    },
    Entry{
        .id = EntryId::kOrderStatus,
        .pattern = "order:status",
        .group = Group::kChannels,
        .kind = Kind::kChannel,
        .encoding = Encoding::kCompactJson,
        .example =
            R"({"id":"1da26b1b-0000-4000-8000-000000000001","broker_order_id":"x1",)"
            R"("symbol":"BTC/USDT","side":"BUY","status":"FILLED","quantity":0.5,)"
            R"("filled_quantity":0.5,"filled_price":110.0,)"
            R"("filled_at":"2026-11-21T20:38:45.716110Z","reason":"","strategy_name":"ema_cross",)"
            R"("timestamp":"2026-11-21T20:38:45.716110Z"})",
        .example_key = "order:status",
        .ttl = {},
        .producer = "trader",
        .consumers = "WebSocket clients, page",
        .standing = Standing::kEvent,
        .rebuilt_from = "nothing: a message is gone once sent; read the keys for the present state",
        .origin = Origin::kSeedB,
        .is_written_by_trader = true,
        .meaning = "An order changed its state; a failed order is REJECTED here.",
        .check = &CheckOrderStatus,
    },
    Entry{
        .id = EntryId::kRiskAlert,
        .pattern = "risk:alert",
        .group = Group::kChannels,
        .kind = Kind::kChannel,
        .encoding = Encoding::kCompactJson,
        .example = R"({"type":"order_denied","severity":"warning","reason":"MAX_POSITION",)"
                   R"("symbol":"BTC/USDT","symbols":["BTC/USDT"],"current_value":12000.0,)"
                   R"("limit_value":10000.0,"timestamp":"2026-11-21T20:38:45.716110Z"})",
        .example_key = "risk:alert",
        .ttl = {},
        .producer = "trader",
        .consumers = "WebSocket clients, page",
        .standing = Standing::kEvent,
        .rebuilt_from = "nothing: a message is gone once sent; read the keys for the present state",
        .origin = Origin::kSeedB,
        .is_written_by_trader = true,
        .meaning = "A limit was met or a check refused something, with the measured value and the "
                   "limit.",
        .check = &CheckRiskAlert,
    },
    Entry{
        .id = EntryId::kRiskCircuitBreaker,
        .pattern = "risk:circuit_breaker",
        .group = Group::kChannels,
        .kind = Kind::kChannel,
        .encoding = Encoding::kCompactJson,
        .example =
            R"({"breaker":"vix_spike","name":"vix","action":"activated","reason":"VIX 36.2 is )"
            R"(above 35.0","timestamp":"2026-11-21T20:38:45.716110Z"})",
        .example_key = "risk:circuit_breaker",
        .ttl = {},
        .producer = "trader",
        .consumers = "WebSocket clients, page",
        .standing = Standing::kEvent,
        .rebuilt_from = "nothing: a message is gone once sent; read the keys for the present state",
        .origin = Origin::kSeedB,
        .is_written_by_trader = true,
        .meaning = "A breaker tripped or cleared.",
        .check = &CheckCircuitBreaker,
    },
    Entry{
        .id = EntryId::kRiskKillSwitch,
        .pattern = "risk:kill_switch",
        .group = Group::kChannels,
        .kind = Kind::kChannel,
        .encoding = Encoding::kCompactJson,
        .example = R"({"action":"activate","reason":"test","operator":"human",)"
                   R"("timestamp":"2026-11-21T20:40:32.840583Z"})",
        .example_key = "risk:kill_switch",
        .ttl = {},
        .producer = "trader",
        .consumers = "WebSocket clients, page",
        .standing = Standing::kEvent,
        .rebuilt_from = "nothing: a message is gone once sent; read the keys for the present state",
        .origin = Origin::kSeedB,
        .is_written_by_trader = true,
        .meaning = "The kill switch was turned; the key of the same name holds its state.",
        .check = &CheckKillSwitchTurn,
    },
    Entry{
        .id = EntryId::kSignalGenerated,
        .pattern = "signal:generated",
        .group = Group::kChannels,
        .kind = Kind::kChannel,
        .encoding = Encoding::kCompactJson,
        .example = R"({"symbol":"BTC/USDT","direction":"LONG","strength":0.75,)"
                   R"("strategy_name":"ema_cross","timestamp":"2026-11-21T20:38:44.965895Z",)"
                   R"("metadata":{}})",
        .example_key = "signal:generated",
        .ttl = {},
        .producer = "trader",
        .consumers = "WebSocket clients, page",
        .standing = Standing::kEvent,
        .rebuilt_from = "nothing: a message is gone once sent; read the keys for the present state",
        .origin = Origin::kSeedB,
        .is_written_by_trader = true,
        .meaning = "A strategy has an opinion: LONG, SHORT or FLAT, with a strength from 0 to 1.",
        .check = &CheckSignal,
    },
    Entry{
        .id = EntryId::kFeedDisconnected,
        .pattern = "system:feed:disconnected",
        .group = Group::kChannels,
        .kind = Kind::kChannel,
        .encoding = Encoding::kCompactJson,
        .example =
            R"({"timestamp":"2026-11-21T20:38:44.965895Z","reason":"connection closed by peer"})",
        .example_key = "system:feed:disconnected",
        .ttl = {},
        .producer = "trader",
        .consumers = "WebSocket clients, page",
        .standing = Standing::kEvent,
        .rebuilt_from = "nothing: a message is gone once sent; read the keys for the present state",
        .origin = Origin::kSeedB,
        .is_written_by_trader = true,
        .meaning = "The market feed is lost; entries are denied until it is back.",
        .check = &CheckFeedDisconnected,
    },
    Entry{
        .id = EntryId::kFeedReconnected,
        .pattern = "system:feed:reconnected",
        .group = Group::kChannels,
        .kind = Kind::kChannel,
        .encoding = Encoding::kCompactJson,
        .example = R"({"timestamp":"2026-11-21T20:38:46.000012Z","symbol_count":3})",
        .example_key = "system:feed:reconnected",
        .ttl = {},
        .producer = "trader",
        .consumers = "WebSocket clients, page",
        .standing = Standing::kEvent,
        .rebuilt_from = "nothing: a message is gone once sent; read the keys for the present state",
        .origin = Origin::kSeedB,
        .is_written_by_trader = true,
        .meaning = "The market feed is back.",
        .check = &CheckFeedReconnected,
    },
};

}  // namespace

std::span<const Entry> ChannelEntries() {
  return kEntryList;
}

}  // namespace bulwark::contract

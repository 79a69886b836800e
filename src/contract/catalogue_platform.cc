// Risk, jobs, limits and cache.

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
                   R"("2026-03-12T14:30:00.123456Z", "order_id": "abc123"})",
        .example_key = "risk:pdt:trades",
        .ttl = {},
        .producer = "day-trade guard",
        .consumers = "day-trade guard, risk page",
        .standing = Standing::kDerived,
        .rebuilt_from = "the round trips in the ledger; entries older than 8 days are trimmed",
        .origin = Origin::kSeedB,
        .is_written_by_trader = false,
        .meaning =
            "One member per day trade, scored by the date's ordinal (0001-01-01 is 1; Unix day "
            "+ 719163).",
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
        .id = EntryId::kDailyBarsDone,
        .pattern = "jobs:daily_bars:<date>:done",
        .group = Group::kJobs,
        .kind = Kind::kSet,
        .encoding = Encoding::kText,
        .example = "AAPL",
        .example_key = "jobs:daily_bars:2026-03-12:done",
        .ttl = {.min_s = 90000, .max_s = 90000},
        .producer = "job daily_bars",
        .consumers = "job daily_bars",
        .standing = Standing::kDerived,
        .rebuilt_from = "nothing: without it a day's job asks again, which is harmless",
        .origin = Origin::kSeedB,
        .is_written_by_trader = false,
        .meaning =
            "The tickers whose daily bars of that New York date are stored; the time to live "
            "starts anew with each.",
        .check = &CheckTicker,
    },
    Entry{
        .id = EntryId::kWeeklyFundamentalsDone,
        .pattern = "jobs:weekly_fundamentals:<week>:done",
        .group = Group::kJobs,
        .kind = Kind::kSet,
        .encoding = Encoding::kText,
        .example = "AAPL",
        .example_key = "jobs:weekly_fundamentals:2026-W11:done",
        .ttl = {.min_s = 691200, .max_s = 691200},
        .producer = "job weekly_fundamentals",
        .consumers = "job weekly_fundamentals",
        .standing = Standing::kDerived,
        .rebuilt_from = "nothing: without it a week's job asks again, which is harmless",
        .origin = Origin::kSeedB,
        .is_written_by_trader = false,
        .meaning = "The tickers whose fundamentals of that ISO week (New York date) are stored.",
        .check = &CheckTicker,
    },
    Entry{
        .id = EntryId::kAltdataLastRun,
        .pattern = "jobs:altdata:last_run",
        .group = Group::kJobs,
        .kind = Kind::kString,
        .encoding = Encoding::kTime,
        .example = "2026-03-12T10:00:00Z",
        .example_key = "jobs:altdata:last_run",
        .ttl = {},
        .producer = "job altdata, after a successful run only",
        .consumers = "job altdata",
        .standing = Standing::kTruth,
        .rebuilt_from = "nothing: without it the job takes its first-run window",
        .origin = Origin::kSeedB,
        .is_written_by_trader = false,
        .meaning = "When the last successful run of the alternative-data job started.",
        .check = &CheckTime,
    },
    Entry{
        .id = EntryId::kBackfillCompleted,
        .pattern = "backfill:completed",
        .group = Group::kJobs,
        .kind = Kind::kSet,
        .encoding = Encoding::kText,
        .example = "AAPL",
        .example_key = "backfill:completed",
        .ttl = {},
        .producer = "backfill",
        .consumers = "backfill",
        .standing = Standing::kTruth,
        .rebuilt_from = "nothing: without it the backfill starts over",
        .origin = Origin::kSeedB,
        .is_written_by_trader = false,
        .meaning = "The upper-case tickers whose history is completely loaded.",
        .check = &CheckTicker,
    },
    Entry{
        .id = EntryId::kRateLimitTokens,
        .pattern = "rate_limit:<name>:tokens",
        .group = Group::kLimits,
        .kind = Kind::kString,
        .encoding = Encoding::kFloat,
        .example = "4.0",
        .example_key = "rate_limit:alpha_vantage:tokens",
        .ttl = {},
        .producer = "rate limiter",
        .consumers = "rate limiter",
        .standing = Standing::kTruth,
        .rebuilt_from = "nothing: without it the bucket starts full",
        .origin = Origin::kSeedB,
        .is_written_by_trader = false,
        .meaning = "Calls that may still be made at once, before the refill since :last_refill is "
                   "added.",
        .check = &CheckFloat,
    },
    Entry{
        .id = EntryId::kRateLimitRefill,
        .pattern = "rate_limit:<name>:last_refill",
        .group = Group::kLimits,
        .kind = Kind::kString,
        .encoding = Encoding::kFloat,
        .example = "1773309600.125",
        .example_key = "rate_limit:alpha_vantage:last_refill",
        .ttl = {},
        .producer = "rate limiter",
        .consumers = "rate limiter",
        .standing = Standing::kTruth,
        .rebuilt_from = "nothing: without it the bucket starts full",
        .origin = Origin::kSeedB,
        .is_written_by_trader = false,
        .meaning = "Unix time in seconds at which the bucket was last refilled.",
        .check = &CheckFloat,
    },
    Entry{
        .id = EntryId::kCache,
        .pattern = "cache:<domain>:<identifier>",
        .group = Group::kLimits,
        .kind = Kind::kString,
        .encoding = Encoding::kSpacedJson,
        .example = R"({"AAPL": "Information Technology"})",
        .example_key = "cache:universe:sp500",
        .ttl = {.min_s = 300, .max_s = 3600},
        .producer = "data sources",
        .consumers = "data sources",
        .standing = Standing::kDerived,
        .rebuilt_from = "the source, at the next miss",
        .origin = Origin::kSeedB,
        .is_written_by_trader = false,
        .meaning = "An answer of a data source, kept to spare its quota.",
        .check = &CheckJson,
    },
};

}  // namespace

std::span<const Entry> PlatformEntries() {
  return kEntryList;
}

}  // namespace bulwark::contract

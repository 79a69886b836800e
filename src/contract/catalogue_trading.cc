// Market, views and OMS.

#include <array>
#include <span>

#include "contract/catalogue.h"
#include "contract/catalogue_parts.h"
#include "contract/value_checks.h"

namespace bulwark::contract {

namespace {

constexpr std::array kEntryList = {
    Entry{
        .id = EntryId::kLastPrice,
        .pattern = "MARKET:LAST_PRICE",
        .group = Group::kMarket,
        .kind = Kind::kString,
        .encoding = Encoding::kFloat,
        .example = "110.0",
        .example_key = "MARKET:LAST_PRICE",
        .ttl = {},
        .producer = "trader",
        .consumers = "dashboard, page",
        .standing = Standing::kDerived,
        .rebuilt_from = "the next tick",
        .origin = Origin::kSeedA,
        .is_written_by_trader = true,
        .meaning = "Last price of the symbol that traded last; with several symbols read "
                   "MARKET:LAST_PRICE:<S>.",
        .check = &CheckFloat,
    },
    Entry{
        .id = EntryId::kLastTick,
        .pattern = "MARKET:LAST_TICK",
        .group = Group::kMarket,
        .kind = Kind::kString,
        .encoding = Encoding::kSpacedJson,
        .example = R"({"symbol": "BTC/USDT", "price": 110.0, "timestamp": )"
                   R"("2026-11-21T20:38:44.965895+00:00"})",
        .example_key = "MARKET:LAST_TICK",
        .ttl = {},
        .producer = "trader",
        .consumers = "page, tools",
        .standing = Standing::kDerived,
        .rebuilt_from = "the next tick",
        .origin = Origin::kSeedA,
        .is_written_by_trader = true,
        .meaning = "The last tick of any symbol, with the time the source gave it.",
        .check = &CheckLastTick,
    },
    Entry{
        .id = EntryId::kOhlcv,
        .pattern = "MARKET:OHLCV",
        .group = Group::kMarket,
        .kind = Kind::kString,
        .encoding = Encoding::kSpacedJson,
        .example =
            R"([{"timestamp": "2026-11-21T20:38:00+00:00", "open": 109.5, "high": 110.25, "low": )"
            R"(109.0, "close": 110.0, "volume": 12.5}])",
        .example_key = "MARKET:OHLCV",
        .ttl = {},
        .producer = "trader",
        .consumers = "dashboard chart",
        .standing = Standing::kDerived,
        .rebuilt_from = "the feed's last bars",
        .origin = Origin::kExtension,
        .is_written_by_trader = true,
        .meaning =
            "Up to 50 bars of the first symbol, oldest first; the last one is still growing.",
        .check = &CheckBars,
    },
    Entry{
        .id = EntryId::kActiveSymbols,
        .pattern = "MARKET:ACTIVE_SYMBOLS",
        .group = Group::kMarket,
        .kind = Kind::kString,
        .encoding = Encoding::kSpacedJson,
        .example = R"(["BTC/USDT"])",
        .example_key = "MARKET:ACTIVE_SYMBOLS",
        .ttl = {},
        .producer = "trader",
        .consumers = "dashboard, page",
        .standing = Standing::kDerived,
        .rebuilt_from = "the configuration",
        .origin = Origin::kExtension,
        .is_written_by_trader = true,
        .meaning = "The symbols that are traded, in the order of the configuration.",
        .check = &CheckActiveSymbols,
    },
    Entry{
        .id = EntryId::kLastPriceOf,
        .pattern = "MARKET:LAST_PRICE:<S>",
        .group = Group::kMarket,
        .kind = Kind::kString,
        .encoding = Encoding::kFloat,
        .example = "110.0",
        .example_key = "MARKET:LAST_PRICE:BTC_USDT",
        .ttl = {},
        .producer = "trader",
        .consumers = "dashboard market watch and charts, page",
        .standing = Standing::kDerived,
        .rebuilt_from = "the next tick",
        .origin = Origin::kExtension,
        .is_written_by_trader = true,
        .meaning = "Last price of one symbol; without it the dashboard hides the symbol.",
        .check = &CheckFloat,
    },
    Entry{
        .id = EntryId::kLastTickOf,
        .pattern = "MARKET:LAST_TICK:<S>",
        .group = Group::kMarket,
        .kind = Kind::kString,
        .encoding = Encoding::kSpacedJson,
        .example = R"({"symbol": "BTC/USDT", "price": 110.0, "timestamp": )"
                   R"("2026-11-21T20:38:44.965895+00:00"})",
        .example_key = "MARKET:LAST_TICK:BTC_USDT",
        .ttl = {},
        .producer = "trader",
        .consumers = "page, tools",
        .standing = Standing::kDerived,
        .rebuilt_from = "the next tick",
        .origin = Origin::kExtension,
        .is_written_by_trader = true,
        .meaning = "The last tick of one symbol.",
        .check = &CheckLastTick,
    },
    Entry{
        .id = EntryId::kOhlcvOf,
        .pattern = "MARKET:OHLCV:<S>",
        .group = Group::kMarket,
        .kind = Kind::kString,
        .encoding = Encoding::kSpacedJson,
        .example =
            R"([{"timestamp": "2026-11-21T20:38:00+00:00", "open": 109.5, "high": 110.25, "low": )"
            R"(109.0, "close": 110.0, "volume": 12.5}])",
        .example_key = "MARKET:OHLCV:BTC_USDT",
        .ttl = {},
        .producer = "trader",
        .consumers = "dashboard charts, page",
        .standing = Standing::kDerived,
        .rebuilt_from = "the feed's last bars",
        .origin = Origin::kExtension,
        .is_written_by_trader = true,
        .meaning = "Up to 50 bars of one symbol, oldest first; the last one is still growing.",
        .check = &CheckBars,
    },
    Entry{
        .id = EntryId::kViewOrders,
        .pattern = "VIEW:ORDERS",
        .group = Group::kViews,
        .kind = Kind::kString,
        .encoding = Encoding::kSpacedJson,
        .example =
            R"([{"order_id": "1da26b1b-0000-4000-8000-000000000001", "side": "BUY", "qty": )"
            R"(86.36363636, "price": 110.0, "status": "FILLED", "ts": )"
            R"("2026-11-21T20:38:45.716110+00:00", "instrument_id": "BTC/USDT", "intent": )"
            R"("OPEN_LONG", "fill_qty": 86.36363636, "fee": 0.0, "exchange_order_id": "mock-1", )"
            R"("exchange_trade_id": "mock-fill-1"}])",
        .example_key = "VIEW:ORDERS",
        .ttl = {},
        .producer = "trader",
        .consumers = "dashboard, page",
        .standing = Standing::kDerived,
        .rebuilt_from = "the fills in the ledger",
        .origin = Origin::kSeedA,
        .is_written_by_trader = true,
        .meaning =
            "The last 50 fills, oldest first: qty is what was ordered, price and fill_qty are "
            "of the fill, status is the order's.",
        .check = &CheckOrderRows,
    },
    Entry{
        .id = EntryId::kViewPositions,
        .pattern = "VIEW:POSITIONS",
        .group = Group::kViews,
        .kind = Kind::kString,
        .encoding = Encoding::kSpacedJson,
        .example = R"([{"instrument_id": "BTC/USDT", "quantity": 86.36363636}])",
        .example_key = "VIEW:POSITIONS",
        .ttl = {},
        .producer = "trader",
        .consumers = "dashboard, page",
        .standing = Standing::kDerived,
        .rebuilt_from = "oms:portfolio",
        .origin = Origin::kSeedA,
        .is_written_by_trader = true,
        .meaning = "What is held and free, signed; rows of zero are left out, [] means flat.",
        .check = &CheckPositions,
    },
    Entry{
        .id = EntryId::kPortfolio,
        .pattern = "oms:portfolio",
        .group = Group::kOms,
        .kind = Kind::kString,
        .encoding = Encoding::kCompactJson,
        .example = R"({"cash":90500.0,"positions":{"BTC/USDT":86.36363636},"blocked_cash":0.0,)"
                   R"("blocked_positions":{},"short_opened_at":{},"short_borrow_fees_paid":0.0})",
        .example_key = "oms:portfolio",
        .ttl = {},
        .producer = "trader",
        .consumers = "trader at start, `bulwark ledger verify`, tools",
        .standing = Standing::kDerived,
        .rebuilt_from = "the fills and orders in the ledger",
        .origin = Origin::kSeedA,
        .is_written_by_trader = true,
        .meaning =
            "Cash and quantities, free and blocked; written in one transaction with the order "
            "that changed them.",
        .check = &CheckPortfolio,
    },
    Entry{
        .id = EntryId::kOrder,
        .pattern = "oms:order:<id>",
        .group = Group::kOms,
        .kind = Kind::kString,
        .encoding = Encoding::kCompactJson,
        .example =
            R"({"id":"1da26b1b-0000-4000-8000-000000000001",)"
            R"("decision_id":"35133b10-0000-4000-8000-000000000002","instrument_id":"BTC/USDT",)"
            R"("side":"SELL","intent":"OPEN_SHORT","quantity":100.0,"order_type":"MARKET",)"
            R"("status":"PARTIALLY_FILLED","limit_price":null,"stop_price":null,)"
            R"("time_in_force":"GTC","reserved_cash":10000.0,"reserved_quantity":null,)"
            R"("reserved_cash_remaining":5000.0,"reserved_quantity_remaining":null,)"
            R"("applied_fill_ids":["t1"],"filled_quantity":50.0,"average_fill_price":100.0,)"
            R"("reduce_only":false,"created_at":"2026-11-21T20:39:18.900903Z",)"
            R"("updated_at":"2026-11-21T20:39:18.901049Z","external_id":"x1","origin":"STRATEGY",)"
            R"("strategy":"ema_cross","fees_paid":5.0,"filled_notional":5000.0,"reason":""})",
        .example_key = "oms:order:1da26b1b-0000-4000-8000-000000000001",
        .ttl = {},
        .producer = "trader",
        .consumers = "trader at start, `bulwark ledger verify`, page, tools",
        .standing = Standing::kDerived,
        .rebuilt_from = "the order's events in the ledger",
        .origin = Origin::kSeedA,
        .is_written_by_trader = true,
        .meaning = "One order with its reservation and its applied fills; FAILED covers refused by "
                   "the venue and never sent.",
        .check = &CheckOrder,
    },
    Entry{
        .id = EntryId::kOpenOrders,
        .pattern = "oms:orders:open",
        .group = Group::kOms,
        .kind = Kind::kSet,
        .encoding = Encoding::kText,
        .example = "1da26b1b-0000-4000-8000-000000000001",
        .example_key = "oms:orders:open",
        .ttl = {},
        .producer = "trader",
        .consumers = "page, `bulwark status`, tools",
        .standing = Standing::kDerived,
        .rebuilt_from = "the orders in the ledger that are not ended",
        .origin = Origin::kExtension,
        .is_written_by_trader = true,
        .meaning = "The ids of all orders that are not ended yet; absent when there is none.",
        .check = &CheckUuid,
    },
    Entry{
        .id = EntryId::kEpoch,
        .pattern = "oms:epoch",
        .group = Group::kOms,
        .kind = Kind::kString,
        .encoding = Encoding::kInteger,
        .example = "7",
        .example_key = "oms:epoch",
        .ttl = {},
        .producer = "trader, once at start",
        .consumers = "trader (fencing), `bulwark status`",
        .standing = Standing::kDerived,
        .rebuilt_from = "the ledger",
        .origin = Origin::kExtension,
        .is_written_by_trader = true,
        .meaning = "The number of the trader's run, only growing; an older run that finds a higher "
                   "number stops.",
        .check = &CheckWholeNumber,
    },
};

}  // namespace

std::span<const Entry> TradingEntries() {
  return kEntryList;
}

}  // namespace bulwark::contract

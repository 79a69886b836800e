// Goal: what the trader writes equals the contract's own examples byte for byte, and reads back.
// Method: the literal examples of the contract, rebuilt from model values.

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/time.h"
#include "base/uuid.h"
#include "contract/alert_document.h"
#include "contract/kill_switch_document.h"
#include "contract/market_documents.h"
#include "contract/order_document.h"
#include "contract/portfolio_document.h"
#include "contract/system_documents.h"
#include "contract/view_documents.h"
#include "model/action.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/switches.h"

namespace bulwark::contract {
namespace {

base::Decimal D(std::string_view text) {
  return *base::Decimal::Parse(text);
}

base::UnixNanos T(std::string_view text) {
  return base::ParseIso(text).value();
}

template <class Encode>
std::string Written(Encode encode) {
  std::string out;
  encode(out);
  return out;
}

model::InstrumentTable TwoPairs() {
  model::InstrumentTable table;
  EXPECT_TRUE(table.Add(*model::DefaultInstrument("BTCUSDT")).has_value());
  EXPECT_TRUE(table.Add(*model::DefaultInstrument("ETHUSDT")).has_value());
  return table;
}

model::Order HalfFilledShort() {
  model::Order order;
  order.id = base::Uuid::Parse("1da26b1b-0000-4000-8000-000000000001").value();
  order.decision_id = base::Uuid::Parse("35133b10-0000-4000-8000-000000000002").value();
  order.side = model::Side::kSell;
  order.intent = model::Intent::kOpenShort;
  order.status = model::OrderStatus::kPartiallyFilled;
  order.quantity = D("100");
  order.filled_quantity = D("50");
  order.filled_notional = D("5000");
  order.reserved_cash = D("10000");
  order.reserved_cash_remaining = D("5000");
  order.created_at = T("2026-11-21T20:39:18.900903Z");
  order.updated_at = T("2026-11-21T20:39:18.901049Z");
  order.external_id = model::VenueOrderId("x1");
  return order;
}

constexpr std::string_view kOrderExample =
    R"({"id":"1da26b1b-0000-4000-8000-000000000001",)"
    R"("decision_id":"35133b10-0000-4000-8000-000000000002",)"
    R"("instrument_id":"BTC/USDT","side":"SELL","intent":"OPEN_SHORT","quantity":100.0,)"
    R"("order_type":"MARKET",)"
    R"("status":"PARTIALLY_FILLED","limit_price":null,"stop_price":null,"time_in_force":"GTC",)"
    R"("reserved_cash":10000.0,"reserved_quantity":null,"reserved_cash_remaining":5000.0,)"
    R"("reserved_quantity_remaining":null,"applied_fill_ids":["t1"],"filled_quantity":50.0,)"
    R"("average_fill_price":100.0,"reduce_only":false,"created_at":"2026-11-21T20:39:18.900903Z",)"
    R"("updated_at":"2026-11-21T20:39:18.901049Z","external_id":"x1")";

TEST(OrderDocumentTest, WritesTheCapturedOrderAndOurFieldsAfterIt) {
  const std::array fills = {model::TradeId("t1")};

  const std::string text =
      Written([&](auto& out) { EncodeOrder(out, HalfFilledShort(), "BTC/USDT", fills); });

  EXPECT_EQ(text, std::string(kOrderExample) +
                      R"(,"origin":"STRATEGY","strategy":"","fees_paid":0.0,)"
                      R"("filled_notional":5000.0,"reason":""})");
}

TEST(OrderDocumentTest, ReadsTheCapturedOrderWithoutOurFields) {
  const auto document = DecodeOrder(std::string(kOrderExample) + "}");

  ASSERT_TRUE(document.has_value()) << document.error().message;
  EXPECT_EQ(document->symbol, "BTC/USDT");
  EXPECT_EQ(document->applied_fill_ids, std::vector<std::string>{"t1"});
  EXPECT_EQ(document->order.filled_notional, D("5000"));
  EXPECT_EQ(document->order.status, model::OrderStatus::kPartiallyFilled);
  EXPECT_EQ(document->order.updated_at, T("2026-11-21T20:39:18.901049Z"));
}

TEST(OrderDocumentTest, ReservesQuantityInsteadOfCashForAClosingSale) {
  model::Order order = HalfFilledShort();
  order.intent = model::Intent::kCloseLong;
  order.reserved_cash = order.reserved_cash_remaining = base::Decimal();
  order.reserved_quantity = D("100");
  order.reserved_quantity_remaining = D("50");

  const std::string text = Written([&](auto& out) { EncodeOrder(out, order, "BTC/USDT", {}); });

  EXPECT_NE(text.find(R"("reserved_cash":null,"reserved_quantity":100.0,)"
                      R"("reserved_cash_remaining":null,"reserved_quantity_remaining":50.0)"),
            std::string::npos)
      << text;
}

TEST(OrderDocumentTest, NamesTheFieldAndTheValueThatAreWrong) {
  const std::string head = R"({"id":"1da26b1b-0000-4000-8000-000000000001","instrument_id":"A",)";
  const auto message = [&](const std::string& rest) {
    const auto document = DecodeOrder(head + rest);
    return document ? "" : document.error().message;
  };

  EXPECT_EQ(message(R"("side":"BUY","quantity":1})"), "");
  EXPECT_NE(message(R"("side":"buy","quantity":1})").find("'side' is 'buy', not a known word"),
            std::string::npos);
  EXPECT_NE(message(R"("side":"BUY"})").find("'quantity' is missing"), std::string::npos);
  EXPECT_NE(message(R"("side":"BUY","quantity":-1})").find("'quantity' is -1, not above 0"),
            std::string::npos);
  EXPECT_NE(message(R"("side":"BUY","quantity":NaN})").find("not JSON"), std::string::npos);
  EXPECT_NE(message(R"("side":"BUY","quantity":1e400})").find("not JSON"), std::string::npos);
  EXPECT_NE(message(R"("side":"BUY","quantity":1e30})").find("not in range"), std::string::npos);
}

TEST(OrderDocumentTest, CallsAFailedOrderRejectedOutsideOfTheOms) {
  EXPECT_EQ(PublicStatus(model::OrderStatus::kFailed), "REJECTED");
  EXPECT_EQ(PublicStatus(model::OrderStatus::kFilled), "FILLED");
}

TEST(PortfolioDocumentTest, WritesAFreshPortfolioAsCaptured) {
  model::Portfolio portfolio;
  portfolio.cash = D("100000");

  EXPECT_EQ(Written([&](auto& out) { EncodePortfolio(out, portfolio, TwoPairs()); }),
            R"({"cash":100000.0,"positions":{},"blocked_cash":0.0,"blocked_positions":{},)"
            R"("short_opened_at":{},"short_borrow_fees_paid":0.0})");
}

TEST(PortfolioDocumentTest, KeepsTheEntryOfAFlatInstrumentAndBlocksOnlyWhatIsBlocked) {
  model::Portfolio portfolio;
  portfolio.cash = D("90500");
  portfolio.blocked_cash = D("0.00000001");
  portfolio.positions[0].was_ever_held = true;
  portfolio.positions[1] = {.quantity = D("-1.5"), .blocked_quantity = D("2")};

  const std::string text = Written([&](auto& out) { EncodePortfolio(out, portfolio, TwoPairs()); });

  EXPECT_EQ(text, R"({"cash":90500.0,"positions":{"BTC/USDT":0.0,"ETH/USDT":-1.5},)"
                  R"("blocked_cash":0.00000001,"blocked_positions":{"ETH/USDT":2.0},)"
                  R"("short_opened_at":{},"short_borrow_fees_paid":0.0})");
  const auto document = DecodePortfolio(text);
  ASSERT_TRUE(document.has_value()) << document.error().message;
  EXPECT_EQ(document->positions, (SymbolAmounts{{"BTC/USDT", D("0")}, {"ETH/USDT", D("-1.5")}}));
  EXPECT_EQ(document->blocked_positions, (SymbolAmounts{{"ETH/USDT", D("2")}}));
}

TEST(PortfolioDocumentTest, ReadsTheOlderFourFieldsAndNamesWhatIsWrong) {
  EXPECT_TRUE(DecodePortfolio(R"({"cash":1.0,"positions":{"A":86.36363636363636}})").has_value());
  EXPECT_FALSE(DecodePortfolio(R"({"positions":{}})").has_value());
  EXPECT_FALSE(DecodePortfolio(R"({"cash":1,"positions":[]})").has_value());
  const auto wrong = DecodePortfolio(R"({"cash":1,"positions":{"A":"2"}})");
  ASSERT_FALSE(wrong.has_value());
  EXPECT_NE(wrong.error().message.find("'A' is '2'"), std::string::npos) << wrong.error().message;
}

TEST(ViewDocumentsTest, WritesSixOriginalFieldsFirst) {
  const OrderRow row{.order_id = base::Uuid::Parse("811bdcca-0000-4000-8000-000000000003").value(),
                     .symbol = model::Symbol("BTC/USDT"),
                     .status = model::OrderStatus::kFilled,
                     .quantity = D("86.36363636"),
                     .fill_quantity = D("86.36363636"),
                     .price = D("110"),
                     .fee = D("0"),
                     .venue_order_id = model::VenueOrderId("mock-1"),
                     .trade_id = model::TradeId("mock-fill-1"),
                     .booked_at = T("2026-11-21T20:38:45.716110Z")};

  const std::string text = Written([&](auto& out) { EncodeOrderRows(out, std::array{row}); });

  EXPECT_EQ(text, R"([{"order_id": "811bdcca-0000-4000-8000-000000000003", "side": "BUY", )"
                  R"("qty": 86.36363636, "price": 110.0, "status": "FILLED", )"
                  R"("ts": "2026-11-21T20:38:45.716110+00:00", "instrument_id": "BTC/USDT", )"
                  R"("intent": "OPEN_LONG", "fill_qty": 86.36363636, "fee": 0.0, )"
                  R"("exchange_order_id": "mock-1", "exchange_trade_id": "mock-fill-1"}])");
  EXPECT_EQ(*DecodeOrderRows(text), std::vector{row});
}

TEST(ViewDocumentsTest, KeepsTheLastFiftyRows) {
  std::vector<OrderRow> rows(51);
  for (std::size_t at = 0; at < rows.size(); ++at) {
    rows[at].order_id = base::Uuid::Derive(1, 1, at);
  }

  const auto read = DecodeOrderRows(Written([&](auto& out) { EncodeOrderRows(out, rows); }));

  ASSERT_TRUE(read.has_value()) << read.error().message;
  ASSERT_EQ(read->size(), kOrderRowsMax);
  EXPECT_EQ(read->front().order_id, rows[1].order_id);
  EXPECT_EQ(read->back().order_id, rows[50].order_id);
}

TEST(ViewDocumentsTest, OmitsFlatPositions) {
  model::Portfolio portfolio;
  const auto text = [&] {
    return Written([&](auto& out) { EncodePositions(out, portfolio, TwoPairs()); });
  };
  portfolio.positions[0].was_ever_held = true;
  EXPECT_EQ(text(), "[]");

  portfolio.positions[0].quantity = D("86.36363636");

  EXPECT_EQ(text(), R"([{"instrument_id": "BTC/USDT", "quantity": 86.36363636}])");
  EXPECT_EQ(*DecodePositions(text()), (std::vector<PositionView>{{"BTC/USDT", D("86.36363636")}}));
}

TEST(MarketDocumentsTest, WritesTickBarsAndSymbolsAsCaptured) {
  const std::string tick = Written([](auto& out) {
    EncodeLastTick(out, "BTC/USDT", D("110"), T("2026-11-21T20:38:44.965895Z"));
  });
  const model::Bar bar{.open = D("100"),
                       .high = D("111"),
                       .low = D("0.00001"),
                       .close = D("110"),
                       .volume = D("12.5"),
                       .open_at = T("2026-02-17T18:00:00Z")};

  EXPECT_EQ(
      tick,
      R"({"symbol": "BTC/USDT", "price": 110.0, "timestamp": "2026-11-21T20:38:44.965895+00:00"})");
  EXPECT_EQ(DecodeLastTick(tick)->price, D("110"));
  EXPECT_EQ(Written([&](auto& out) { EncodeBars(out, std::array{bar}); }),
            R"([{"timestamp": "2026-02-17T18:00:00+00:00", "open": 100.0, "high": 111.0, )"
            R"("low": 1e-05, "close": 110.0, "volume": 12.5}])");
  EXPECT_EQ(Written([](auto& out) { EncodeActiveSymbols(out, TwoPairs()); }),
            R"(["BTC/USDT", "ETH/USDT"])");
}

TEST(MarketDocumentsTest, WritesMetricsAsPlainFloats) {
  using std::chrono::microseconds;
  const auto latency = [](base::Nanos span) {
    return Written([&](auto& out) { EncodeLatency(out, span); });
  };

  EXPECT_EQ(Written([](auto& out) { EncodeAmount(out, D("100000")); }), "100000.0");
  EXPECT_EQ(Written([](auto& out) { EncodeDailyPnl(out, D("98800"), D("100000")); }), "-0.012");
  EXPECT_EQ(Written([](auto& out) { EncodeDailyPnl(out, D("1"), D("0")); }), "0.0");
  EXPECT_EQ(latency(microseconds{12'500}), "12.5");
  EXPECT_EQ(latency(microseconds{30'000}), "30.0");
  EXPECT_EQ(latency(microseconds{-1}), "0.0");
}

TEST(AlertDocumentTest, WritesTheCapturedHalt) {
  const std::array details = {AlertDetail{"reason", "external_halt_flag"},
                              AlertDetail{"total_value", D("-1")},
                              AlertDetail{"max_session_drawdown", D("0")}};
  const Alert alert{.at = T("2026-11-21T20:39:18.898134Z"),
                    .level = model::AlertLevel::kCritical,
                    .event = "SYSTEM_HALT",
                    .message = "",
                    .details = details};

  const std::string text = Written([&](auto& out) { EncodeAlert(out, alert); });

  EXPECT_EQ(text,
            R"({"timestamp": "2026-11-21T20:39:18.898134+00:00", "level": "CRITICAL", )"
            R"("event": "SYSTEM_HALT", "message": "Emergency halt triggered", )"
            R"("reason": "external_halt_flag", "total_value": -1.0, "max_session_drawdown": 0.0})");
  const auto read = DecodeAlert(text);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->details.front(),
            (std::pair<std::string, std::string>{"reason", "external_halt_flag"}));
}

TEST(AlertDocumentDeathTest, StopsWhenADetailShadowsAField) {
  const std::array details = {AlertDetail{"level", "INFO"}};
  std::string out;

  EXPECT_DEATH(EncodeAlert(out, {.event = "X", .message = "", .details = details}),
               "ENSURE failed");
}

TEST(SystemDocumentsTest, ReadsHaltInAnyCaseWithBlanksAndKnowsWhatItDoesNotKnow) {
  EXPECT_EQ(DecodeHalt("true"), HaltReading::kHalt);
  EXPECT_EQ(DecodeHalt(" TRUE\n"), HaltReading::kHalt);
  EXPECT_EQ(DecodeHalt("False"), HaltReading::kRun);
  EXPECT_EQ(DecodeHalt("1"), HaltReading::kUnknown);
  EXPECT_EQ(DecodeHalt(""), HaltReading::kUnknown);
  EXPECT_EQ(Written([](auto& out) { EncodeHalt(out, true); }), "true");
}

TEST(SystemDocumentsTest, ReadsBackStateStatusEpochAndHeartbeat) {
  const SystemState state{.state = model::RunState::kHalted,
                          .reason = "operator \"stop\" ü",
                          .since = T("2026-11-21T20:38:45.711230Z"),
                          .epoch = 7,
                          .gate_closed_at = T("2026-11-21T20:38:45.711231Z"),
                          .is_feed_up = true,
                          .is_venue_up = false,
                          .mode = "paper",
                          .events_processed = 12};

  const std::string text = Written([&](auto& out) { EncodeSystemState(out, state); });

  EXPECT_EQ(text, R"({"state": "halted", "reason": "operator \"stop\" \u00fc", )"
                  R"("since": "2026-11-21T20:38:45.711230+00:00", "epoch": 7, )"
                  R"("gate_closed_at": "2026-11-21T20:38:45.711231+00:00", "feed": "connected", )"
                  R"("broker": "disconnected", "mode": "paper", "events_processed": 12})");
  EXPECT_EQ(*DecodeSystemState(text), state);
  EXPECT_EQ(Written([](auto& out) {
              EncodeSystemStatus(out, {.is_broker_connected = true, .is_feed_connected = true});
            }),
            R"({"broker": "connected", "feed": "connected"})");
  EXPECT_EQ(*DecodeEpoch(Written([](auto& out) { EncodeEpoch(out, 42); })), 42U);
  EXPECT_FALSE(DecodeEpoch("4x").has_value());
  EXPECT_EQ(Written([&](auto& out) { EncodeHeartbeat(out, state.since); }),
            "2026-11-21T20:38:45.711230+00:00");
  EXPECT_FALSE(DecodeHeartbeat("soon").has_value());
}

TEST(KillSwitchDocumentTest, ReadsBothFormsAndReportsTheRestAsUnknown) {
  EXPECT_EQ(DecodeKillSwitch("active"), KillReading::kActive);
  EXPECT_EQ(DecodeKillSwitch("inactive"), KillReading::kInactive);
  EXPECT_EQ(DecodeKillSwitch(R"({"active": true, "reason": "test"})"), KillReading::kActive);
  EXPECT_EQ(DecodeKillSwitch(R"({"active": false})"), KillReading::kInactive);
  EXPECT_EQ(DecodeKillSwitch(" Active\n"), KillReading::kActive);
  EXPECT_EQ(DecodeKillSwitch("INACTIVE "), KillReading::kInactive);
  EXPECT_EQ(DecodeKillSwitch("act ive"), KillReading::kUnknown);
  EXPECT_EQ(DecodeKillSwitch("active!"), KillReading::kUnknown);
  EXPECT_EQ(DecodeKillSwitch(" \t"), KillReading::kUnknown);
  EXPECT_EQ(DecodeKillSwitch(R"({"active": "no"})"), KillReading::kUnknown);
  EXPECT_EQ(DecodeKillSwitch(""), KillReading::kUnknown);
}

TEST(KillSwitchDocumentTest, WritesMetaAndLogOfATurn) {
  const model::SwitchTurn turn{.sequence = 3,
                               .which = model::Switch::kKill,
                               .is_on = true,
                               .reason = "test",
                               .actor = "human",
                               .at = T("2026-11-21T20:40:32.840583Z")};

  const std::string meta = Written([&](auto& out) { EncodeKillMeta(out, turn); });

  EXPECT_EQ(meta, R"({"active": true, "reason": "test", )"
                  R"("activated_at": "2026-11-21T20:40:32.840583+00:00", "deactivated_at": null, )"
                  R"("operator": "human", "sequence": 3})");
  EXPECT_EQ(DecodeKillMeta(meta)->at, turn.at);
  EXPECT_EQ(Written([&](auto& out) { EncodeKillLogEntry(out, turn, KillResult::kApplied); }),
            R"({"action": "activate", "reason": "test", )"
            R"("timestamp": "2026-11-21T20:40:32.840583+00:00", "operator": "human", )"
            R"("result": "applied", "sequence": 3})");
}

}  // namespace
}  // namespace bulwark::contract

// Goal: every message the trader publishes holds what both original documents promise, in percent,
//       with
// Z times and upper-case words, and passes the catalogue's own check.
// Method: one message of each channel, compared as text.

#include "contract/channel_payloads.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/time.h"
#include "base/uuid.h"
#include "contract/catalogue.h"
#include "model/fill.h"
#include "model/order.h"
#include "model/signal.h"
#include "model/switches.h"

namespace bulwark::contract {
namespace {

constexpr std::string_view kId = "1da26b1b-0000-4000-8000-000000000001";

base::Decimal D(std::string_view text) {
  return *base::Decimal::Parse(text);
}

base::UnixNanos T(std::string_view text) {
  return base::ParseIso(text).value();
}

// The message, after the catalogue has agreed with it.
template <class Encode>
std::string Published(EntryId channel, Encode encode) {
  std::string out;
  encode(out);
  EXPECT_EQ(Get(channel).check(out), std::nullopt) << out;
  return out;
}

model::Order FilledOrder() {
  model::Order order;
  order.id = base::Uuid::Parse(kId).value();
  order.status = model::OrderStatus::kFilled;
  order.quantity = order.filled_quantity = D("0.5");
  order.filled_notional = D("55");
  order.external_id = model::VenueOrderId("x1");
  order.strategy = model::StrategyName("ema_cross");
  order.updated_at = T("2026-11-21T20:38:45.716110Z");
  return order;
}

TEST(ChannelPayloadsTest, ARoundTripIsADayTradeByTheExchangesDate) {
  const auto publish = [](std::string_view opened, std::string_view closed) {
    return Published(EntryId::kTradeExecuted, [&](std::string& out) {
      EncodeRoundTrip(out,
                      {.id = model::TradeId("T1"),
                       .trip = {.opening_order = base::Uuid::Parse(kId).value(),
                                .opened_at = T(opened),
                                .entry_quantity = D("2"),
                                .entry_notional = D("200"),
                                .exit_quantity = D("2"),
                                .exit_notional = D("210"),
                                .realised_pnl = D("10")},
                       .closed_at = T(closed)},
                      "AAPL");
    });
  };
  // After midnight in London it is the same evening in New York.
  const std::string evening = publish("2026-07-15T23:30:00Z", "2026-07-16T00:30:00Z");
  EXPECT_THAT(evening, testing::AllOf(testing::HasSubstr(R"("is_day_trade":true)"),
                                      testing::HasSubstr(R"("hold_duration_days":0)")));
  const std::string night = publish("2026-07-16T03:30:00Z", "2026-07-16T04:30:00Z");
  EXPECT_THAT(night, testing::AllOf(testing::HasSubstr(R"("is_day_trade":false)"),
                                    testing::HasSubstr(R"("hold_duration_days":1)"),
                                    testing::HasSubstr(R"("pnl_pct":5)")));
}

TEST(ChannelPayloadsTest, PortfolioIsInMoneyAndPercentAndAddsUp) {
  const std::array rows = {PositionRow{.symbol = "AAPL",
                                       .owned = D("5"),
                                       .cost = D("850"),
                                       .mark = D("174.25"),
                                       .sector = "Technology",
                                       .strategy = "ema_cross",
                                       .entry_at = T("2026-11-21T20:47:17.612063Z")},
                           PositionRow{.symbol = "ETH/USDT",
                                       .owned = D("-2"),
                                       .cost = D("-200"),
                                       .mark = D("110"),
                                       .sector = "",
                                       .strategy = "",
                                       .entry_at = std::nullopt},
                           PositionRow{.symbol = "FLAT", .sector = "Technology", .strategy = ""}};

  EXPECT_EQ(
      Published(EntryId::kPortfolioUpdate,
                [&](auto& out) {
                  EncodePortfolioUpdate(out, {.at = T("2026-11-21T20:40:33.759289Z"),
                                              .cash = D("19348.75"),
                                              .day_anchor = D("20000"),
                                              .start_equity = D("10000"),
                                              .max_drawdown_pct = D("-2.5"),
                                              .positions = rows});
                }),
      R"({"timestamp":"2026-11-21T20:40:33.759289Z","total_equity":20000.0,"cash":19348.75,)"
      R"("positions_value":651.25,"daily_pnl":0.0,"daily_pnl_pct":0.0,"total_pnl":10000.0,)"
      R"("total_pnl_pct":100.0,"max_drawdown_pct":2.5,"positions":[{"symbol":"AAPL",)"
      R"("quantity":5.0,"avg_entry_price":170.0,"current_price":174.25,"market_value":871.25,)"
      R"("unrealized_pnl":21.25,"unrealized_pnl_pct":2.5,"side":"BUY","sector":"Technology",)"
      R"("entry_date":"2026-11-21T20:47:17.612063Z","strategy_name":"ema_cross"},)"
      R"({"symbol":"ETH/USDT","quantity":2.0,"avg_entry_price":100.0,"current_price":110.0,)"
      R"("market_value":-220.0,"unrealized_pnl":-20.0,"unrealized_pnl_pct":-10.0,"side":"SELL",)"
      R"("sector":"","entry_date":null,"strategy_name":""}],)"
      R"("sector_exposure":{"Technology":871.25}})");
}

TEST(ChannelPayloadsTest, TradeCarriesBothNamesOfPriceAndTime) {
  const model::Fill fill{.order_id = base::Uuid::Parse(kId).value(),
                         .trade_id = model::TradeId("t1"),
                         .price = D("110"),
                         .quantity = D("0.5"),
                         .fee = D("0.055"),
                         .at = T("2026-11-21T20:38:45.716110Z")};

  EXPECT_EQ(
      Published(EntryId::kTradeExecuted,
                [&](auto& out) { EncodeTradeExecuted(out, FilledOrder(), fill, "BTC/USDT"); }),
      Get(EntryId::kTradeExecuted).example);
}

TEST(ChannelPayloadsTest, OrderStatusSaysRejectedForAFailedOrder) {
  const auto status = [](const model::Order& order) {
    return Published(EntryId::kOrderStatus,
                     [&](auto& out) { EncodeOrderStatus(out, order, "BTC/USDT"); });
  };
  model::Order failed = FilledOrder();
  failed.status = model::OrderStatus::kFailed;
  failed.filled_quantity = failed.filled_notional = base::Decimal();
  failed.external_id = model::VenueOrderId();
  failed.reason = model::Reason("insufficient \"funds\"");

  EXPECT_EQ(status(FilledOrder()), Get(EntryId::kOrderStatus).example);
  EXPECT_EQ(status(failed),
            R"({"id":"1da26b1b-0000-4000-8000-000000000001","broker_order_id":null,)"
            R"("symbol":"BTC/USDT","side":"BUY","status":"REJECTED","quantity":0.5,)"
            R"("filled_quantity":0.0,"filled_price":null,"filled_at":null,)"
            R"("reason":"insufficient \"funds\"","strategy_name":"ema_cross",)"
            R"("timestamp":"2026-11-21T20:38:45.716110Z"})");
}

TEST(ChannelPayloadsTest, AlertKillSwitchSignalAndFeedAreTheCataloguesExamples) {
  EXPECT_EQ(Published(EntryId::kRiskAlert,
                      [](auto& out) {
                        EncodeRiskAlert(out, {.type = "order_denied",
                                              .severity = Severity::kWarning,
                                              .reason = "MAX_POSITION",
                                              .symbol = "BTC/USDT",
                                              .current_value = D("12000"),
                                              .limit_value = D("10000"),
                                              .at = T("2026-11-21T20:38:45.716110Z")});
                      }),
            Get(EntryId::kRiskAlert).example);
  EXPECT_EQ(Published(EntryId::kRiskKillSwitch,
                      [](auto& out) {
                        EncodeKillSwitchTurn(out, {.sequence = 1,
                                                   .which = model::Switch::kKill,
                                                   .is_on = true,
                                                   .reason = "test",
                                                   .actor = "human",
                                                   .at = T("2026-11-21T20:40:32.840583Z")});
                      }),
            Get(EntryId::kRiskKillSwitch).example);
  EXPECT_EQ(Published(EntryId::kSignalGenerated,
                      [](auto& out) {
                        EncodeSignal(out,
                                     {.direction = model::Direction::kLong,
                                      .confidence = 0.75,
                                      .strategy = model::StrategyName("ema_cross"),
                                      .at = T("2026-11-21T20:38:44.965895Z")},
                                     "BTC/USDT");
                      }),
            Get(EntryId::kSignalGenerated).example);
  EXPECT_EQ(Published(EntryId::kFeedDisconnected,
                      [](auto& out) {
                        EncodeFeedDisconnected(out, T("2026-11-21T20:38:44.965895Z"),
                                               "connection closed by peer");
                      }),
            Get(EntryId::kFeedDisconnected).example);
  EXPECT_EQ(
      Published(EntryId::kFeedReconnected,
                [](auto& out) { EncodeFeedReconnected(out, T("2026-11-21T20:38:46.000012Z"), 3); }),
      Get(EntryId::kFeedReconnected).example);
}

TEST(ChannelPayloadsTest, AnAccountWideAlertHasNoSymbol) {
  const std::string text = Published(EntryId::kRiskAlert, [](auto& out) {
    EncodeRiskAlert(out, {.type = "kill_switch",
                          .severity = Severity::kCritical,
                          .reason = "drill",
                          .symbol = "",
                          .at = T("2026-11-21T20:38:45Z")});
  });

  EXPECT_EQ(text, R"({"type":"kill_switch","severity":"critical","reason":"drill","symbol":null,)"
                  R"("symbols":[],"current_value":null,"limit_value":null,)"
                  R"("timestamp":"2026-11-21T20:38:45Z"})");
}

}  // namespace
}  // namespace bulwark::contract

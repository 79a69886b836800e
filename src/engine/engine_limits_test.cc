// Goal: the limits on entries see the whole account and all that is on its way, an entry that is
//       too large becomes smaller, and nothing of it ever holds up an exit.
// Method: the engine with the limits of an owner, told prices and fills; what it sends is read.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "engine/engine.h"
#include "engine/engine_testing.h"
#include "model/action.h"
#include "model/denial.h"
#include "model/event.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/signal.h"
#include "model/venue_report.h"
#include "risk/entry_log.h"
#include "strategy/strategy.h"

namespace bulwark::engine {
namespace {

using model::DenialCode;
using std::chrono::seconds;
using testing_support::D;

// Wants to be long with each bar.
class Bull final : public strategy::Strategy {
 public:
  std::optional<model::Signal> OnBar(const model::Bar& bar) override {
    return model::Signal{.instrument = bar.instrument,
                         .direction = model::Direction::kLong,
                         .confidence = 1,
                         .strategy = name(),
                         .at = bar.received_at};
  }
  [[nodiscard]] model::StrategyName name() const override { return model::StrategyName("bull"); }
  [[nodiscard]] std::size_t warm_up_bars() const override { return 0; }
};

class EngineLimitsTest : public testing_support::EngineFixture {
 protected:
  EngineLimitsTest() {
    AddInstrument("BTCUSDT");
    AddInstrument("ETHUSDT");
  }

  void Start(testing_support::Wanted wanted) {
    Build(std::move(wanted));
    BringUp();
    Give(model::Tick{.instrument = {1},
                     .price = D("2000"),
                     .size = D("1"),
                     .event_at = now_,
                     .received_at = now_});
    out_.Clear();
  }
  static testing_support::Wanted WithBull(std::string_view position_percent) {
    testing_support::Wanted wanted;
    wanted.strategy = std::make_unique<Bull>();
    wanted.limits.entry.position_percent_max = D(position_percent);
    return wanted;
  }

  // Ends a bar, so that the strategy speaks.
  std::optional<model::Order> NextBar() {
    out_.Clear();
    now_ += seconds{2};
    Permit();
    Tick("50000");
    return LastSent();
  }

  static model::NewOrder Buy(std::string_view quantity, std::uint16_t instrument = 0) {
    return {
        .instrument = {instrument}, .origin = model::Origin::kOperator, .quantity = D(quantity)};
  }
  void FillAll(const model::Order& order, std::string_view price = "50000") {
    Give(model::OrderSent{.order_id = order.id, .at = now_});
    Fill(order, price, order.quantity);
  }

  [[nodiscard]] std::optional<DenialCode> Denied() const {
    const auto all = All<model::OrderDenied>();
    return all.empty() ? std::nullopt : std::optional(all.back().denial.code);
  }
};

TEST_F(EngineLimitsTest, MakesAnEntryOfAStrategySmaller) {
  Start(WithBull("5"));
  const auto sent = NextBar();
  ASSERT_TRUE(sent.has_value());
  EXPECT_EQ(sent->quantity, D("0.1"));
  EXPECT_EQ(sent->reserved_cash, D("5050"));
  EXPECT_EQ(Denied(), std::nullopt);
}

TEST_F(EngineLimitsTest, DoesNotAddCrumbsWithEachBar) {
  Start(WithBull("5"));
  const auto sent = NextBar();
  ASSERT_TRUE(sent.has_value());
  Fill(*sent, "50000", D("0.099"));
  Give(model::OrderEnded{.order_id = sent->id, .cumulative_filled = D("0.099"), .at = now_});

  EXPECT_EQ(NextBar(), std::nullopt);
  EXPECT_EQ(Denied(), DenialCode::kMaxPosition);
}

TEST_F(EngineLimitsTest, RefusesWhatIsTooLargeWhenToldTo) {
  auto wanted = WithBull("5");
  wanted.options.reduces_size = false;
  Start(std::move(wanted));
  EXPECT_EQ(NextBar(), std::nullopt);
  EXPECT_EQ(Denied(), DenialCode::kMaxPosition);
}

TEST_F(EngineLimitsTest, NeverChangesTheOrderOfAPerson) {
  testing_support::Wanted wanted;
  wanted.limits.entry.position_percent_max = D("5");
  Start(std::move(wanted));
  EXPECT_EQ(Place(Buy("0.2")), std::nullopt);
  EXPECT_EQ(Denied(), DenialCode::kMaxPosition);
}

TEST_F(EngineLimitsTest, CountsWhatIsOnItsWayInOtherSymbols) {
  testing_support::Wanted wanted;
  wanted.limits.entry.gross_percent_max = D("15");
  Start(std::move(wanted));
  ASSERT_TRUE(Place(Buy("0.2")).has_value());  // 10 % on their way.
  EXPECT_EQ(Place(Buy("2.50001", 1)), std::nullopt);
  EXPECT_EQ(Denied(), DenialCode::kMaxGrossExposure);
  EXPECT_TRUE(Place(Buy("2.5", 1)).has_value());
}

TEST_F(EngineLimitsTest, CountsPositionsThatAreBeingEntered) {
  testing_support::Wanted wanted;
  wanted.limits.entry.positions_max = 1;
  Start(std::move(wanted));
  ASSERT_TRUE(Place(Buy("0.1")).has_value());
  EXPECT_EQ(Place(Buy("1", 1)), std::nullopt);
  EXPECT_EQ(Denied(), DenialCode::kMaxPositions);
}

TEST_F(EngineLimitsTest, AWorkingSaleIsNotBoughtFromOurselves) {
  Start({});
  const auto entry = Place(Buy("0.1"));
  ASSERT_TRUE(entry.has_value());
  FillAll(*entry);
  model::NewOrder sale = Buy("0.1");
  sale.side = model::Side::kSell;
  sale.intent = model::Intent::kCloseLong;
  sale.type = model::OrderType::kLimit;
  sale.limit_price = D("50001");
  sale.reduce_only = true;
  ASSERT_TRUE(Place(sale).has_value());
  now_ += seconds{2};
  Permit();
  Tick("50000");

  EXPECT_EQ(Place(Buy("0.1")), std::nullopt);
  EXPECT_EQ(Denied(), DenialCode::kSelfMatch);
}

TEST_F(EngineLimitsTest, KnowsTheEntriesOfTheDayFromBefore) {
  testing_support::Wanted wanted;
  wanted.limits.entry.daily_trades_max = 3;
  wanted.entries = {.utc_day = risk::UtcDay(now_), .count = 2};
  Start(std::move(wanted));
  const auto third = Place(Buy("0.01"));
  ASSERT_TRUE(third.has_value());
  FillAll(*third);
  EXPECT_EQ(Place(Buy("0.01", 1)), std::nullopt);
  EXPECT_EQ(Denied(), DenialCode::kMaxDailyTrades);
}

TEST_F(EngineLimitsTest, CancelsAndExitsCountAsMessagesAndAlwaysLeave) {
  testing_support::Wanted wanted;
  wanted.limits.entry.messages.per_minute = 2;
  Start(std::move(wanted));
  const auto entry = Place(Buy("0.1"));
  ASSERT_TRUE(entry.has_value());
  FillAll(*entry);
  model::NewOrder sale = Buy("0.05");
  sale.side = model::Side::kSell;
  sale.intent = model::Intent::kCloseLong;
  sale.reduce_only = true;
  const auto exit = Place(sale);
  ASSERT_TRUE(exit.has_value());

  EXPECT_EQ(Place(Buy("1", 1)), std::nullopt);
  EXPECT_EQ(Denied(), DenialCode::kMessageRate);
  FillAll(*exit);
  EXPECT_TRUE(Place(sale).has_value());
  out_.Clear();
  Give(model::CancelOrder{.at = now_});
  EXPECT_EQ(Count<model::SendCancel>(), 1);
}

TEST_F(EngineLimitsTest, WhatTakesThePlaceOfAnotherIsNoNewEntry) {
  testing_support::Wanted wanted;
  wanted.limits.entry.daily_trades_max = 2;
  wanted.limits.entry.candle_entries_max = 1;
  wanted.limits.entry.candle = std::chrono::hours{1};
  wanted.limits.entry.cooldown = seconds{60};
  Start(std::move(wanted));
  model::NewOrder order = Buy("0.1");
  order.type = model::OrderType::kLimit;
  order.limit_price = D("49000");
  const auto first = Place(order);
  ASSERT_TRUE(first.has_value());
  Give(model::OrderSent{.order_id = first->id, .at = now_});
  Give(model::ReplaceOrder{.order_id = first->id, .limit_price = D("49500"), .at = now_});
  out_.Clear();
  Give(model::OrderEnded{.order_id = first->id, .at = now_});
  EXPECT_EQ(Sent().size(), 1U);
  EXPECT_EQ(Denied(), std::nullopt);
  EXPECT_TRUE(Place(Buy("1", 1)).has_value());  // The second of the day.
}

TEST_F(EngineLimitsTest, AStopThatLeavesIsAnEntryOfItsDay) {
  testing_support::Wanted wanted;
  wanted.limits.entry.daily_trades_max = 1;
  Start(std::move(wanted));
  model::NewOrder stop = Buy("0.01");
  stop.type = model::OrderType::kStop;
  stop.stop_price = D("51000");
  EXPECT_EQ(Place(stop), std::nullopt);  // It waits, and is no entry yet.
  Tick("51000");
  EXPECT_EQ(Sent().size(), 1U);
  EXPECT_EQ(Place(Buy("1", 1)), std::nullopt);
  EXPECT_EQ(Denied(), DenialCode::kMaxDailyTrades);
}

}  // namespace
}  // namespace bulwark::engine

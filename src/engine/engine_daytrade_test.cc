// Goal: orders in US equities are judged by the rules on day trades, from the engine's own fills,
//       with the same result after a restart; pairs are not; and what reduces is never held back.
// Method: fills by hand in a spot account, on the Monday of Thanksgiving week 2026.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "daytrade/policy.h"
#include "engine/day_trade_desk.h"
#include "engine/engine.h"
#include "engine/engine_testing.h"
#include "model/action.h"
#include "model/booked_trade.h"
#include "model/denial.h"
#include "model/event.h"
#include "model/order.h"
#include "model/venue_report.h"

namespace bulwark::engine {
namespace {

using testing_support::D;

class EngineDayTradeTest : public testing_support::EngineFixture {
 protected:
  EngineDayTradeTest() {
    now_ = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours{15};
    for (const std::string_view symbol : {"AAA", "BBB", "CCC", "BTC/USDT"}) {
      AddInstrument(symbol);
    }
  }

  // A margin account of 100,000 that borrows nothing; two day trades are the limit.
  static DayTradeSetup Careful() { return {.policy = {}, .calendar = {}}; }

  void Start(std::optional<DayTradeSetup> setup,
             oms::OpeningBooks books = {.portfolio = {.cash = D("100000")}}) {
    testing_support::Wanted wanted;
    wanted.day_trades = std::move(setup);
    wanted.books = std::move(books);
    wanted.limits.entry_cooldown = base::Nanos::zero();
    Build(std::move(wanted));
    SetLink(true);
    Give(model::VenueBooks{.cash = engine_->oms().portfolio().owned_cash(), .at = now_});
    Permit();
    for (std::uint16_t instrument = 0; instrument < 4; ++instrument) {
      Tick("10", instrument);
    }
    Give(model::Timer{.at = now_});
  }

  std::optional<model::Order> Order(std::uint16_t instrument, model::Side side,
                                    model::Origin origin = model::Origin::kStrategy) {
    const bool is_sale = side == model::Side::kSell;
    return Place({.instrument = {instrument},
                  .side = side,
                  .intent = is_sale ? model::Intent::kCloseLong : model::Intent::kOpenLong,
                  .origin = origin,
                  .reduce_only = is_sale,
                  .quantity = D("10")});
  }
  // Sent and filled.
  bool Trade(std::uint16_t instrument, model::Side side) {
    const auto order = Order(instrument, side);
    if (!order) {
      return false;
    }
    Give(model::OrderSent{.order_id = order->id, .at = now_});
    const model::Fill fill = FillOf(*order, "10", D("10"));
    history_.push_back({.fill = fill});
    Give(model::OrderFilled{.fill = fill});
    now_ += std::chrono::seconds{2};
    Permit();
    for (std::uint16_t other = 0; other < 4; ++other) {
      Tick("10", other);
    }
    return true;
  }
  void RoundTrip(std::uint16_t instrument) {
    ASSERT_TRUE(Trade(instrument, model::Side::kBuy));
    ASSERT_TRUE(Trade(instrument, model::Side::kSell));
  }
  [[nodiscard]] std::optional<model::Denial> Denied() const {
    const auto denied = All<model::OrderDenied>();
    return denied.empty() ? std::nullopt : std::optional(denied.back().denial);
  }

  std::vector<model::BookedTrade> history_;
};

TEST_F(EngineDayTradeTest, DeniesTheEntryThatNoDayTradeIsLeftFor) {
  Start(Careful());
  RoundTrip(0);
  RoundTrip(1);

  EXPECT_FALSE(Order(2, model::Side::kBuy).has_value());
  EXPECT_EQ(
      Denied(),
      (model::Denial{.code = model::DenialCode::kDayTradeLimit, .value = D("3"), .limit = D("2")}));
}

TEST_F(EngineDayTradeTest, AnOpenPositionKeepsADayTradeForItsExit) {
  Start(Careful());
  RoundTrip(0);
  ASSERT_TRUE(Trade(1, model::Side::kBuy));

  EXPECT_FALSE(Order(2, model::Side::kBuy).has_value());
  EXPECT_TRUE(Order(1, model::Side::kSell).has_value());
}

TEST_F(EngineDayTradeTest, PairsAreNotUnderTheseRules) {
  Start(Careful());
  RoundTrip(0);
  RoundTrip(1);

  RoundTrip(3);
  EXPECT_TRUE(Order(3, model::Side::kBuy).has_value());
}

TEST_F(EngineDayTradeTest, AnOwnerMayBeUnderNoSuchRules) {
  Start(std::nullopt);
  RoundTrip(0);
  RoundTrip(1);

  EXPECT_EQ(engine_->day_trades(), nullptr);
  EXPECT_TRUE(Order(2, model::Side::kBuy).has_value());
}

TEST_F(EngineDayTradeTest, AnExitThatIsOneTooManyGoesAndIsTold) {
  DayTradeSetup setup = Careful();
  Start(setup);
  RoundTrip(0);
  ASSERT_TRUE(Trade(1, model::Side::kBuy));
  // Told by the venue late: another round trip, by hand, takes the day trade that was kept.
  const auto history = history_;
  setup.policy.day_trades_max = 0;
  oms::OpeningBooks books{.portfolio = engine_->oms().portfolio(), .booked_trades = history};
  Start(setup, books);

  EXPECT_TRUE(Order(1, model::Side::kSell, model::Origin::kProtective).has_value());
  const auto alerts = All<model::AlertRaised>();
  ASSERT_FALSE(alerts.empty());
  EXPECT_EQ(alerts.back().event.view(), "DAY_TRADE_LIMIT_EXCEEDED");
  EXPECT_EQ(alerts.back().level, model::AlertLevel::kCritical);
}

TEST_F(EngineDayTradeTest, ARestartKnowsTheDayTradesOfTheLedger) {
  Start(Careful());
  RoundTrip(0);
  RoundTrip(1);
  const std::int32_t before = engine_->day_trades()->trades().Count(now_);

  Start(Careful(), {.portfolio = engine_->oms().portfolio(), .booked_trades = history_});
  ASSERT_NE(engine_->day_trades(), nullptr);
  EXPECT_EQ(engine_->day_trades()->trades().Count(now_), before);
  EXPECT_FALSE(Order(2, model::Side::kBuy).has_value());
}

TEST_F(EngineDayTradeTest, WaitsWhenTheWindowIsOlderThanWhatTheLedgerRemembers) {
  std::vector<model::BookedTrade> many(DayTradeDesk::kRememberedMax);
  for (model::BookedTrade& trade : many) {
    trade.fill.instrument = {3};  // A pair.
    trade.fill.quantity = D("1");
    trade.fill.price = D("10");
    trade.fill.at = now_ - std::chrono::hours{72};
  }
  Start(Careful(), {.portfolio = {.cash = D("100000")}, .booked_trades = many});
  EXPECT_FALSE(Order(0, model::Side::kBuy).has_value());
  ASSERT_TRUE(Denied().has_value());
  EXPECT_EQ(Denied()->code, model::DenialCode::kDayTradeBooksDiffer);

  many.front().fill.at = now_ - std::chrono::hours{24 * 9};
  Start(Careful(), {.portfolio = {.cash = D("100000")}, .booked_trades = many});
  EXPECT_TRUE(Order(0, model::Side::kBuy).has_value());
}

TEST_F(EngineDayTradeTest, ABustTakesTheDayTradeBack) {
  Start(Careful());
  RoundTrip(0);
  EXPECT_EQ(engine_->day_trades()->trades().Count(now_), 1);

  Give(model::TradeBusted{.fill = history_.back().fill});
  EXPECT_EQ(engine_->day_trades()->trades().Count(now_), 0);
  EXPECT_EQ(engine_->day_trades()->trades().Held({0}), D("10"));
}

TEST_F(EngineDayTradeTest, ASplitIsNoTrade) {
  Start(Careful());
  ASSERT_TRUE(Trade(0, model::Side::kBuy));
  Give(model::CorporateAction{.id = model::TradeId("split-1"),
                              .instrument = {0},
                              .new_shares = 2,
                              .old_shares = 1,
                              .at = now_});

  EXPECT_EQ(engine_->day_trades()->trades().Held({0}), D("20"));
  EXPECT_EQ(engine_->day_trades()->trades().Count(now_), 0);
}

TEST_F(EngineDayTradeTest, NothingIsBoughtBeyondTheLargestLeverage) {
  DayTradeSetup setup = Careful();
  setup.policy.leverage_max = D("0.001");
  Start(setup);

  EXPECT_FALSE(Trade(0, model::Side::kBuy) && Trade(1, model::Side::kBuy));
  ASSERT_TRUE(Denied().has_value());
  EXPECT_EQ(Denied()->code, model::DenialCode::kDayTradeLeverage);
}

}  // namespace
}  // namespace bulwark::engine

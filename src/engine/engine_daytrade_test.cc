// Goal: orders in US equities are judged by the rules on day trades, from the engine's own fills,
//       with the same result after a restart; pairs are not; and what reduces is never held back.
// Method: fills by hand in a spot account, on the Monday of Thanksgiving week 2026.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "daytrade/pattern_check.h"
#include "daytrade/trade_log.h"
#include "engine/day_trade_book.h"
#include "engine/engine.h"
#include "engine/engine_testing.h"
#include "model/accounting.h"
#include "model/action.h"
#include "model/adjustment.h"
#include "model/denial.h"
#include "model/event.h"
#include "model/fill.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/share_move.h"
#include "model/venue_report.h"
#include "oms/oms.h"

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
    wanted.limits.entry.cooldown = base::Nanos::zero();
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
  // Remembers what the event books, as a ledger would.
  void Tell(const model::Event& event) {
    const std::size_t before = out_.size();
    Give(event);
    for (std::size_t at = before; at < out_.size(); ++at) {
      const model::Action& action = out_.list()[at];
      if (const auto* fill = std::get_if<model::FillBooked>(&action)) {
        const auto effect = model::ApplyFill(fill->fill, mirror_);
        history_.rows.push_back({.what = fill->fill, .quantity = effect.quantity});
      } else if (const auto* adjusted = std::get_if<model::BooksAdjusted>(&action)) {
        const auto effect = model::ApplyAdjustment(adjusted->adjustment, mirror_);
        history_.rows.push_back({.what = adjusted->adjustment, .quantity = effect.quantity});
      }
    }
  }
  void Accept(std::string_view quantity) {
    Tell(model::AdjustmentAccepted{
        .adjustment = {.id = decltype(model::Adjustment::id)("accepted-" + std::string(quantity)),
                       .kind = model::AdjustmentKind::kAcceptedPosition,
                       .instrument = {0},
                       .taken = {.quantity = D(quantity)},
                       .actor = model::Actor("ann")},
        .at = now_});
  }
  // Once more, from what was remembered.
  void Restart() {
    Start(Careful(), {.portfolio = engine_->oms().portfolio(), .share_moves = history_});
  }
  [[nodiscard]] const daytrade::TradeLog& trades() const { return engine_->day_trades()->trades(); }
  // What an exit of today's position would make.
  [[nodiscard]] std::int32_t Reserved() const {
    return daytrade::ReservedExits({}, trades(), now_, std::nullopt);
  }
  // Sent and filled.
  bool Trade(std::uint16_t instrument, model::Side side) {
    const auto order = Order(instrument, side);
    if (!order) {
      return false;
    }
    Give(model::OrderSent{.order_id = order->id, .at = now_});
    const model::Fill fill = FillOf(*order, "10", D("10"));
    last_fill_ = fill;
    Tell(model::OrderFilled{.fill = fill});
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

  model::ShareMoves history_;
  model::Portfolio mirror_{.cash = D("100000")};
  model::Fill last_fill_;
};

TEST_F(EngineDayTradeTest, EntersSharesInTheHoursOfTheExchangeOnlyAndPairsAlways) {
  now_ = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours{8};
  Start(Careful());
  EXPECT_FALSE(Order(0, model::Side::kBuy));
  EXPECT_EQ(Denied(), (model::Denial{.code = model::DenialCode::kMarketClosed}));
  EXPECT_TRUE(Order(3, model::Side::kBuy));
}

TEST_F(EngineDayTradeTest, EntersNoSharesWhileNobodyKnowsWhatOthersTraded) {
  Start(Careful(), {.portfolio = {.cash = D("100000")}, .are_foreign_day_trades_known = false});
  EXPECT_FALSE(Order(0, model::Side::kBuy));
  EXPECT_EQ(Denied(), (model::Denial{.code = model::DenialCode::kDayTradeBooksDiffer}));
  EXPECT_TRUE(Order(3, model::Side::kBuy));
}

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
  setup.policy.day_trades_max = 0;
  Start(setup, {.portfolio = engine_->oms().portfolio(), .share_moves = history_});

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
  const std::int32_t before = trades().Count(now_);

  Restart();
  ASSERT_NE(engine_->day_trades(), nullptr);
  EXPECT_EQ(trades().Count(now_), before);
  EXPECT_FALSE(Order(2, model::Side::kBuy).has_value());
}

TEST_F(EngineDayTradeTest, WaitsWhenTheWindowIsOlderThanWhatTheLedgerRemembers) {
  model::ShareMoves some{.complete_since = now_ - std::chrono::hours{72}};
  Start(Careful(), {.portfolio = {.cash = D("100000")}, .share_moves = some});
  EXPECT_FALSE(Order(0, model::Side::kBuy).has_value());
  ASSERT_TRUE(Denied().has_value());
  EXPECT_EQ(Denied()->code, model::DenialCode::kDayTradeBooksDiffer);

  some.complete_since = now_ - std::chrono::hours{24 * 9};
  Start(Careful(), {.portfolio = {.cash = D("100000")}, .share_moves = some});
  EXPECT_TRUE(Order(0, model::Side::kBuy).has_value());
}

TEST_F(EngineDayTradeTest, ABustTakesTheDayTradeBack) {
  Start(Careful());
  RoundTrip(0);
  EXPECT_EQ(trades().Count(now_), 1);

  Tell(model::TradeBusted{.fill = last_fill_});
  EXPECT_EQ(trades().Count(now_), 0);
  EXPECT_EQ(trades().Held({0}), D("10"));

  Restart();
  EXPECT_EQ(trades().Count(now_), 0);
  EXPECT_EQ(trades().Held({0}), D("10"));
}

TEST_F(EngineDayTradeTest, WhatATotalToldIsNotCountedBesideItsTrades) {
  Start(Careful());
  ASSERT_TRUE(Trade(0, model::Side::kBuy));
  const auto sale = Order(0, model::Side::kSell);
  ASSERT_TRUE(sale.has_value());
  Give(model::OrderSent{.order_id = sale->id, .at = now_});
  Tell(model::OrderProgress{.order_id = sale->id,
                            .venue_order_id = model::VenueOrderId("V1"),
                            .cumulative_filled = D("10"),
                            .average_price = D("10"),
                            .at = now_});
  Tell(model::OrderFilled{.fill = FillOf(*sale, "10", D("10"))});
  EXPECT_EQ(trades().Count(now_), 1);
  EXPECT_TRUE(trades().Held({0}).is_zero());

  Restart();
  EXPECT_EQ(trades().Count(now_), 1);
  EXPECT_TRUE(trades().Held({0}).is_zero());
}

// Somebody sold at the venue by hand. That it may have been a day trade is for the broker's count.
TEST_F(EngineDayTradeTest, AnAcceptedDifferenceIsNoDayTrade) {
  Start(Careful());
  ASSERT_TRUE(Trade(0, model::Side::kBuy));
  Accept("-10");

  EXPECT_EQ(trades().Count(now_), 0);
  EXPECT_TRUE(trades().Held({0}).is_zero());
  EXPECT_EQ(Reserved(), 0);
  Restart();
  EXPECT_EQ(trades().Count(now_), 0);
  EXPECT_TRUE(trades().Held({0}).is_zero());
  EXPECT_EQ(Reserved(), 0);
}

TEST_F(EngineDayTradeTest, AcceptedSharesAreTakenToBeOfTheDay) {
  Start(Careful());
  Accept("10");
  EXPECT_EQ(trades().Count(now_), 0);
  EXPECT_EQ(Reserved(), 1);

  Restart();
  EXPECT_EQ(Reserved(), 1);
  ASSERT_TRUE(Trade(0, model::Side::kSell));
  EXPECT_EQ(trades().Count(now_), 1);
}

TEST_F(EngineDayTradeTest, ASplitIsNoTrade) {
  Start(Careful());
  RoundTrip(0);
  ASSERT_TRUE(Trade(0, model::Side::kBuy));
  Tell(model::CorporateAction{.id = model::TradeId("split-1"),
                              .instrument = {0},
                              .new_shares = 2,
                              .old_shares = 1,
                              .at = now_});

  EXPECT_EQ(trades().Held({0}), D("20"));
  EXPECT_EQ(trades().Count(now_), 1);
  Restart();
  EXPECT_EQ(trades().Held({0}), D("20"));
  EXPECT_EQ(trades().Count(now_), 1);
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

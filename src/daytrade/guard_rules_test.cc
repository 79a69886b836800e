// Goal: each single rule of the guard is missed when it is not there: what a mutant of it lets pass
//       is a failure here.
// Method: the smallest case in which the rule alone decides, one test for each.

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "daytrade/account.h"
#include "daytrade/cash_book.h"
#include "daytrade/deficit_book.h"
#include "daytrade/guard.h"
#include "daytrade/margin_check.h"
#include "daytrade/pattern_check.h"
#include "daytrade/policy.h"
#include "daytrade/trade_log.h"
#include "model/market_data.h"

namespace bulwark::daytrade {
namespace {

using base::Decimal;

constexpr Date kMonday = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23};
constexpr base::UnixNanos kNow = base::UnixNanos(kMonday) + std::chrono::hours{15};

class GuardRulesTest : public ::testing::Test {
 protected:
  GuardRulesTest() {
    snapshot_.at = kNow;
    snapshot_.equity = snapshot_.last_equity = snapshot_.cash = Dollars(10'000);
  }
  static Intent Wish(model::Side side, IntentKind kind) {
    return {.instrument = {0},
            .side = side,
            .quantity = Dollars(10),
            .worst_price = Dollars(10),
            .kind = kind};
  }
  static Pending Working(std::uint16_t instrument, model::Side side) {
    return {.instrument = {instrument},
            .side = side,
            .quantity = Dollars(10),
            .worst_price = Dollars(10)};
  }
  PatternFigures Measure(const Intent& intent, const std::vector<Pending>& pending = {}) {
    return MeasurePattern(
        {.policy = policy_, .log = trades_, .snapshot = snapshot_, .pending = pending, .now = kNow},
        intent);
  }
  Decision Ask(const Intent& intent, const CashBook* cash = nullptr) {
    return Decide({.policy = policy_, .trades = trades_, .deficits = deficits_, .cash = cash},
                  {.intent = intent,
                   .snapshot = &snapshot_,
                   .holdings = {},
                   .pending = {},
                   .conditions = {},
                   .now = kNow});
  }

  Policy policy_;
  calendar::ExchangeCalendar calendar_;
  TradeLog trades_{calendar_, policy_, 64};
  DeficitBook deficits_{calendar_, policy_};
  Snapshot snapshot_;
};

TEST_F(GuardRulesTest, AnEntryThatWorksElsewhereKeepsADayTrade) {
  const Intent entry = Wish(model::Side::kBuy, IntentKind::kEntry);
  EXPECT_EQ(Measure(entry, {Working(1, model::Side::kBuy)}).reserved, 1);
  EXPECT_EQ(Measure(entry).reserved, 0);
}

TEST_F(GuardRulesTest, APurchaseThatWorksMayTradeBeforeTheSaleOfOldShares) {
  trades_.SetOpening({0}, Dollars(10));
  const Intent sale = Wish(model::Side::kSell, IntentKind::kExitDiscretionary);
  EXPECT_EQ(Measure(sale).delta, 0);
  EXPECT_EQ(Measure(sale, {Working(0, model::Side::kBuy)}).delta, 1);
}

TEST_F(GuardRulesTest, ExcludedEquityIsNoneOfTheFloor) {
  snapshot_.equity = snapshot_.last_equity = Dollars(30'000);
  EXPECT_TRUE(IsFloorMet(policy_, snapshot_));
  snapshot_.excluded_equity = Dollars(5'000);
  EXPECT_EQ(FloorEquity(snapshot_), Dollars(25'000));
  EXPECT_FALSE(IsFloorMet(policy_, snapshot_));
}

TEST_F(GuardRulesTest, ThePolicySaysWhetherTheCapHoldsAboveTheFloor) {
  const Intent entry = Wish(model::Side::kBuy, IntentKind::kEntry);
  snapshot_.equity = snapshot_.last_equity = Dollars(50'000);
  EXPECT_TRUE(Measure(entry).is_limited);
  policy_.cap_even_above_floor = false;
  EXPECT_FALSE(Measure(entry).is_limited);
  snapshot_.equity = Dollars(20'000);
  EXPECT_TRUE(Measure(entry).is_limited);
}

TEST_F(GuardRulesTest, NoPolicyAllowsMoreThanTheRule) {
  policy_.day_trades_max = 5;
  EXPECT_EQ(Measure(Wish(model::Side::kBuy, IntentKind::kEntry)).limit, 3);
}

TEST_F(GuardRulesTest, TheBrokersLargerCountIsTaken) {
  snapshot_.broker_count = 2;
  EXPECT_EQ(Measure(Wish(model::Side::kBuy, IntentKind::kEntry)).used, 2);
}

TEST_F(GuardRulesTest, NothingIsBoughtBeyondTheLeverage) {
  Intent entry = Wish(model::Side::kBuy, IntentKind::kEntry);
  entry.quantity = Dollars(1'000);
  EXPECT_FALSE(Ask(entry).Has(Reason::kLeverage));
  entry.quantity = Dollars(1'001);
  EXPECT_TRUE(Ask(entry).Has(Reason::kLeverage));
}

TEST_F(GuardRulesTest, SomeMarginIsLeftAsABuffer) {
  Intent entry = Wish(model::Side::kBuy, IntentKind::kEntry);
  entry.worst_price = Dollars(4);  // Paid in full; a tenth of 10,000 is to be left.
  entry.quantity = Dollars(2'250);
  EXPECT_FALSE(Ask(entry).Has(Reason::kMarginBuffer));
  entry.quantity = Dollars(2'251);
  EXPECT_TRUE(Ask(entry).Has(Reason::kMarginBuffer));
}

TEST_F(GuardRulesTest, WhatWorksNeedsItsMarginToo) {
  const Intent entry = Wish(model::Side::kBuy, IntentKind::kEntry);
  const std::vector<Pending> working{Working(1, model::Side::kBuy)};
  const MarginFigures alone = MeasureMargin(policy_, snapshot_, {}, {}, entry);
  const MarginFigures beside = MeasureMargin(policy_, snapshot_, {}, working, entry);
  EXPECT_EQ(alone.after - beside.after, Dollars(30));
}

TEST_F(GuardRulesTest, ASmallAccountBorrowsNothing) {
  const Intent entry = Wish(model::Side::kBuy, IntentKind::kEntry);
  snapshot_.equity = Dollars(2'499);
  snapshot_.cash = Dollars(99);  // A dollar less than it costs.
  EXPECT_TRUE(Ask(entry).Has(Reason::kBelowMinimumEquity));
  snapshot_.cash = Dollars(100);
  EXPECT_FALSE(Ask(entry).Has(Reason::kBelowMinimumEquity));
  snapshot_.equity = Dollars(2'500);
  snapshot_.cash = Dollars(99);
  EXPECT_FALSE(Ask(entry).Has(Reason::kBelowMinimumEquity));
}

TEST_F(GuardRulesTest, ACashAccountBuysWithItsOwnMoneyOnly) {
  policy_.regime = Regime::kCash;
  const CashBook cash(calendar_, Dollars(100));
  Intent entry = Wish(model::Side::kBuy, IntentKind::kEntry);
  EXPECT_FALSE(Ask(entry, &cash).Has(Reason::kFreeRiding));
  entry.quantity = Dollars(11);
  EXPECT_TRUE(Ask(entry, &cash).Has(Reason::kFreeRiding));
}

TEST_F(GuardRulesTest, ACashAccountKeepsWhatUnsettledMoneyBought) {
  policy_.regime = Regime::kCash;
  CashBook cash(calendar_, Dollars(0));
  cash.Sell(kMonday, {1}, Dollars(10), Dollars(1'000));  // Settles tomorrow.
  cash.Buy(kMonday, {0}, Dollars(10), Dollars(100));
  trades_.SetOpening({0}, Dollars(10));
  const Decision exit = Ask(Wish(model::Side::kSell, IntentKind::kExitDiscretionary), &cash);
  EXPECT_TRUE(exit.Has(Reason::kGoodFaith));
  EXPECT_EQ(exit.possible_from, kMonday + std::chrono::days{1});
}

TEST_F(GuardRulesTest, AMissedDeadlineOfOursLocks) {
  deficits_.OnReducing(kMonday - std::chrono::days{5}, Dollars(-100), Dollars(10'000));
  const Decision entry = Ask(Wish(model::Side::kBuy, IntentKind::kEntry));
  EXPECT_TRUE(entry.Has(Reason::kLocked));
  EXPECT_EQ(entry.verdict, Verdict::kBlock);
}

TEST_F(GuardRulesTest, NothingIsSoldShort) {
  EXPECT_TRUE(Ask(Wish(model::Side::kSell, IntentKind::kEntry)).Has(Reason::kShortNotAllowed));
  EXPECT_FALSE(Ask(Wish(model::Side::kBuy, IntentKind::kEntry)).Has(Reason::kShortNotAllowed));
}

TEST_F(GuardRulesTest, NoLeveragedFundIsBought) {
  Intent entry = Wish(model::Side::kBuy, IntentKind::kEntry);
  entry.terms.leverage_factor = Dollars(2);
  EXPECT_TRUE(Ask(entry).Has(Reason::kLeveragedFund));
  policy_.allow_leveraged_funds = true;
  EXPECT_FALSE(Ask(entry).Has(Reason::kLeveragedFund));
}

TEST_F(GuardRulesTest, SharesBelowFiveDollarsArePaidInFull) {
  EXPECT_EQ(LongRate(policy_, Dollars(4), {}), Dollars(1));
  EXPECT_EQ(LongRate(policy_, Dollars(5), {}), Percent(30));
}

TEST_F(GuardRulesTest, WithoutEquityNoDeficitIsMinor) {
  deficits_.OnReducing(kMonday, Dollars(-1), std::nullopt);
  ASSERT_NE(deficits_.Find(kMonday), nullptr);
  EXPECT_FALSE(deficits_.Find(kMonday)->is_minor);
}

TEST_F(GuardRulesTest, GainsOfTheMarketCureNothing) {
  deficits_.OnReducing(kMonday, Dollars(-100), Dollars(10'000));
  deficits_.OnEndOfDay(kMonday, Dollars(-100), Dollars(10'000));
  deficits_.OnEndOfDay(kMonday + std::chrono::days{1}, Dollars(5'000), Dollars(10'000));
  EXPECT_FALSE(deficits_.Find(kMonday)->satisfied_on.has_value());
}

TEST_F(GuardRulesTest, WhatIsPaidInOnTheDayItselfCuresNothing) {
  deficits_.OnReducing(kMonday, Dollars(-100), Dollars(10'000));
  deficits_.OnCustomerAction(kMonday, Dollars(100));
  deficits_.OnEndOfDay(kMonday, Dollars(0), Dollars(10'000));
  deficits_.OnEndOfDay(kMonday + std::chrono::days{1}, Dollars(0), Dollars(10'000));
  EXPECT_FALSE(deficits_.Find(kMonday)->satisfied_on.has_value());
}

TEST_F(GuardRulesTest, SettledMoneyIsUsedFirst) {
  CashBook cash(calendar_, Dollars(5'000));
  cash.Buy(kMonday - std::chrono::days{10}, {1}, Dollars(10), Dollars(0));
  cash.Sell(kMonday, {1}, Dollars(10), Dollars(5'000));  // Settles tomorrow.
  cash.Buy(kMonday, {0}, Dollars(10), Dollars(5'000));
  EXPECT_EQ(cash.SellableFrom({0}, Dollars(10), kMonday), kMonday);
}

}  // namespace
}  // namespace bulwark::daytrade

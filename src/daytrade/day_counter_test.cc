// Goal: the three counts of one instrument on one day, at their edges.
// Method: by hand. The examples of the rules are scenarios (tests/scenarios/daytrade), and a model
//         of single shares is in guard_properties_test.cc.

#include "daytrade/day_counter.h"

#include <cstdint>

#include <gtest/gtest.h>

#include "base/decimal.h"

namespace bulwark::daytrade {
namespace {

using base::Decimal;

Decimal Q(std::int64_t shares) {
  return Decimal::FromInt(shares);
}

TEST(DayCounterTest, TakesTheNewestSharesFirst) {
  DayCounter counter{Q(100)};
  counter.Trade(Q(10), Q(100));
  counter.Trade(Q(-110), Q(1'100));

  EXPECT_EQ(counter.counts(), (Counts{.m1 = 1, .m2 = 1, .m3 = 1}));
  EXPECT_TRUE(counter.net().is_zero());
}

TEST(DayCounterTest, KeepsTheSmallestResidue) {
  DayCounter counter;
  counter.Trade(Decimal::FromRaw(3), Q(1));
  counter.Trade(Decimal::FromRaw(-2), Q(1));

  EXPECT_EQ(counter.counts().m1, 1);
  EXPECT_EQ(counter.opened_today(), Decimal::FromRaw(1));
}

TEST(DayCounterTest, MoreLotsThanItKeepsAreStillAllCounted) {
  DayCounter counter;
  constexpr int kOrders = static_cast<int>(DayCounter::kLotsMax) + 10;
  for (int order = 0; order < kOrders; ++order) {
    counter.Trade(Q(1), Q(10));
  }
  counter.CloseToday();

  EXPECT_EQ(counter.counts(), (Counts{.m1 = 1, .m2 = kOrders, .m3 = 1}));
  EXPECT_TRUE(counter.net().is_zero());
}

TEST(DayCounterTest, CostFollowsWhatIsLeft) {
  DayCounter counter;
  counter.Trade(Q(100), Q(1'000));
  counter.Trade(Q(-25), Q(300));

  EXPECT_EQ(counter.cost_of_today(), Q(750));
  EXPECT_EQ(counter.opened_cost(), Q(1'000));
}

TEST(DayCounterTest, WhatAPersonAcceptedClosesNothing) {
  DayCounter counter{Q(10)};
  counter.Trade(Q(10), Q(100));
  counter.Trade(Q(10), Q(100));
  counter.Accept(Q(-15), Q(0));
  EXPECT_EQ(counter.counts(), Counts{});
  EXPECT_EQ(counter.net(), Q(15));
  EXPECT_EQ(counter.opened_today(), Q(15));

  counter.CloseToday();
  EXPECT_EQ(counter.counts(), (Counts{.m1 = 1, .m2 = 2, .m3 = 1}));
}

TEST(DayCounterTest, WhatCameByAcceptanceIsOfToday) {
  DayCounter counter;
  counter.Accept(Q(10), Q(100));
  counter.Trade(Q(-10), Q(100));

  EXPECT_EQ(counter.counts(), (Counts{.m1 = 1, .m2 = 1, .m3 = 1}));
}

TEST(DayCounterTest, SharesThatWereMovedAreNoTrade) {
  DayCounter counter{Q(10)};
  counter.MoveOvernight(Q(10));  // Two for one.
  counter.Trade(Q(-20), Q(100));

  EXPECT_EQ(counter.counts(), Counts{});
  EXPECT_TRUE(counter.net().is_zero());
}

}  // namespace
}  // namespace bulwark::daytrade

// Goal: what the log does with executions that are repeated, late, from the future, busted,
//       corrected, at the same moment, or too many.
// Method: by hand, in the week of Thanksgiving 2026.

#include "daytrade/trade_log.h"

#include <chrono>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/new_york.h"
#include "base/time.h"
#include "base/uuid.h"
#include "calendar/exchange_calendar.h"
#include "daytrade/policy.h"
#include "model/order.h"

namespace bulwark::daytrade {
namespace {

using base::Decimal;
using std::chrono::hours;

// November 23, a Monday.
base::UnixNanos At(int day, int hour) {
  const Date date = std::chrono::year{2026} / 11 / day;
  return base::FromNewYork(std::chrono::local_days(date.time_since_epoch()) + hours{hour}).at;
}

class TradeLogTest : public ::testing::Test {
 protected:
  Execution Make(std::int64_t quantity, base::UnixNanos at, std::uint64_t order) {
    ++trades_;
    return Execution{.instrument = {0},
                     .order = base::Uuid::Derive(model::kOrderIds, 1, order),
                     .trade = model::TradeId(std::to_string(trades_)),
                     .quantity = Decimal::FromInt(quantity),
                     .price = Decimal::FromInt(10),
                     .at = at};
  }

  calendar::ExchangeCalendar calendar_;
  Policy policy_;
  TradeLog log_{calendar_, policy_, 16};
  std::uint64_t trades_ = 0;
};

TEST_F(TradeLogTest, ARepeatedTradeIsCountedOnce) {
  const Execution bought = Make(10, At(23, 10), 1);
  EXPECT_EQ(log_.Add(bought, At(23, 10)), Added::kCounted);
  EXPECT_EQ(log_.Add(bought, At(23, 10)), Added::kKnown);

  EXPECT_EQ(log_.Held({0}), Decimal::FromInt(10));
}

TEST_F(TradeLogTest, ATradeFromTheFutureIsKeptApartAndSaid) {
  EXPECT_EQ(log_.Add(Make(10, At(23, 12), 1), At(23, 10)), Added::kFuture);

  EXPECT_FALSE(log_.is_complete());
  EXPECT_TRUE(log_.Held({0}).is_zero());
}

TEST_F(TradeLogTest, ALateTradeTakesItsPlaceInTime) {
  log_.SetOpening({0}, Decimal::FromInt(10));
  log_.Add(Make(-10, At(23, 11), 1), At(23, 11));
  EXPECT_EQ(log_.Count(At(23, 11)), 0);

  // Bought before the sale, told after it: the sale was of the new shares.
  log_.Add(Make(10, At(23, 10), 2), At(23, 12));
  EXPECT_EQ(log_.Count(At(23, 12)), 1);
}

TEST_F(TradeLogTest, AtTheSameMomentTheOpeningComesFirst) {
  log_.SetOpening({0}, Decimal::FromInt(10));
  log_.Add(Make(-10, At(23, 11), 1), At(23, 11));
  log_.Add(Make(10, At(23, 11), 2), At(23, 11));

  EXPECT_EQ(log_.Count(At(23, 11)), 1);
}

TEST_F(TradeLogTest, ABustTakesTheDayTradeBack) {
  log_.Add(Make(10, At(23, 10), 1), At(23, 10));
  const Execution sold = Make(-10, At(23, 11), 2);
  log_.Add(sold, At(23, 11));
  EXPECT_EQ(log_.Count(At(23, 11)), 1);

  EXPECT_TRUE(log_.Bust(sold.trade));
  EXPECT_EQ(log_.Count(At(23, 11)), 0);
  EXPECT_EQ(log_.Held({0}), Decimal::FromInt(10));
  EXPECT_FALSE(log_.Bust(sold.trade));
}

TEST_F(TradeLogTest, ACorrectionCountsAgain) {
  log_.Add(Make(10, At(23, 10), 1), At(23, 10));
  const Execution sold = Make(-10, At(23, 11), 2);
  log_.Add(sold, At(23, 11));

  EXPECT_TRUE(log_.Correct(sold.trade, Decimal::FromInt(-4), Decimal::FromInt(11)));
  EXPECT_EQ(log_.Held({0}), Decimal::FromInt(6));
  EXPECT_EQ(log_.Count(At(23, 11)), 1);
}

TEST_F(TradeLogTest, WhenItIsFullTheCountIsNotComplete) {
  for (std::uint64_t order = 0; order < 16; ++order) {
    ASSERT_EQ(log_.Add(Make(1, At(23, 10), order), At(23, 10)), Added::kCounted);
  }

  EXPECT_EQ(log_.Add(Make(1, At(23, 10), 99), At(23, 10)), Added::kFull);
  EXPECT_FALSE(log_.is_complete());
}

TEST_F(TradeLogTest, WhatIsOldEnoughMakesRoomAndStaysHeld) {
  for (std::uint64_t order = 0; order < 16; ++order) {
    log_.Add(Make(1, At(2, 10), order), At(2, 10));
  }

  EXPECT_EQ(log_.Add(Make(-16, At(23, 10), 50), At(23, 10)), Added::kCounted);
  EXPECT_TRUE(log_.is_complete());
  EXPECT_TRUE(log_.Held({0}).is_zero());
  EXPECT_EQ(log_.Count(At(23, 10)), 0);
}

TEST_F(TradeLogTest, ARestedOrderThatTradesOnTwoDaysIsOneTransactionOnEach) {
  log_.Add(Make(10, At(23, 10), 1), At(23, 10));
  log_.Add(Make(10, At(24, 10), 1), At(24, 10));
  log_.Add(Make(-10, At(24, 11), 2), At(24, 11));

  EXPECT_EQ(log_.CountsOn({0}, DayKey::kTradeDate, Date{std::chrono::year{2026} / 11 / 24}).m1, 1);
  EXPECT_EQ(log_.Count(At(24, 11)), 1);
}

}  // namespace
}  // namespace bulwark::daytrade

// Goal: shares are entered in regular hours only, and not in their first and last minutes.
// Method: the minute before and the minute of each edge, on a full day, a half day, a holiday, a
//         weekend and both sides of daylight saving.

#include "daytrade/entry_hours.h"

#include <chrono>

#include <gtest/gtest.h>

#include "base/new_york.h"
#include "base/time.h"
#include "calendar/day.h"
#include "calendar/exchange_calendar.h"
#include "daytrade/policy.h"

namespace bulwark::daytrade {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

base::UnixNanos At(std::chrono::month_day day, int hour, int minute) {
  const std::chrono::local_days date{std::chrono::year{2026} / day.month() / day.day()};
  return base::FromNewYork(date + hours{hour} + minutes{minute}).at;
}

class EntryHoursTest : public ::testing::Test {
 protected:
  [[nodiscard]] bool May(std::chrono::month_day day, int hour, int minute) const {
    return IsEntryTime(policy_, calendar_, At(day, hour, minute));
  }

  Policy policy_;
  calendar::ExchangeCalendar calendar_;
};

constexpr std::chrono::month_day kFullDay = std::chrono::November / 23;
constexpr std::chrono::month_day kHalfDay = std::chrono::November / 27;
constexpr std::chrono::month_day kThanksgiving = std::chrono::November / 26;
constexpr std::chrono::month_day kSunday = std::chrono::November / 22;
constexpr std::chrono::month_day kInSummer = std::chrono::July / 15;

TEST_F(EntryHoursTest, LeavesOutTheFirstFiveAndTheLastFifteenMinutes) {
  for (const auto day : {kFullDay, kInSummer}) {
    EXPECT_FALSE(May(day, 9, 29));
    EXPECT_FALSE(May(day, 9, 34));
    EXPECT_TRUE(May(day, 9, 35));
    EXPECT_TRUE(May(day, 15, 44));
    EXPECT_FALSE(May(day, 15, 45));
    EXPECT_FALSE(May(day, 16, 0));
  }
}

TEST_F(EntryHoursTest, EndsAtHalfPastTwelveOnAHalfDay) {
  EXPECT_TRUE(May(kHalfDay, 12, 29));
  EXPECT_FALSE(May(kHalfDay, 12, 30));
  EXPECT_FALSE(May(kHalfDay, 14, 0));
}

TEST_F(EntryHoursTest, HasNoneAtNightOnHolidaysAndWeekends) {
  EXPECT_FALSE(May(kFullDay, 3, 0));
  EXPECT_FALSE(May(kFullDay, 21, 0));  // The next trade date, and its night.
  EXPECT_FALSE(May(kThanksgiving, 11, 0));
  EXPECT_FALSE(May(kSunday, 11, 0));
}

TEST_F(EntryHoursTest, FollowsAnOverrideOfTheCalendar) {
  const calendar::Override closed{
      .date = std::chrono::sys_days{std::chrono::year{2026} / kFullDay.month() / kFullDay.day()},
      .kind = calendar::DayKind::kClosed};
  calendar_ = *calendar::ExchangeCalendar::Create({&closed, 1});
  EXPECT_FALSE(May(kFullDay, 11, 0));
}

TEST_F(EntryHoursTest, IsForTheOwnerToTurnOff) {
  policy_.regular_hours_only = false;
  EXPECT_TRUE(May(kSunday, 3, 0));
}

TEST_F(EntryHoursTest, TellsWhenTheCloseIsNear) {
  EXPECT_FALSE(IsNearClose(policy_, calendar_, At(kFullDay, 15, 44)));
  EXPECT_TRUE(IsNearClose(policy_, calendar_, At(kFullDay, 15, 45)));
  EXPECT_FALSE(IsNearClose(policy_, calendar_, At(kFullDay, 16, 0)));
  EXPECT_TRUE(IsNearClose(policy_, calendar_, At(kHalfDay, 12, 30)));
}

}  // namespace
}  // namespace bulwark::daytrade

// Goal: a moment has the date that a clock on a wall in New York shows.
// Method: the minutes around midnight and around both turns of the clocks.

#include "base/new_york.h"

#include <chrono>
#include <string_view>

#include <gtest/gtest.h>

#include "base/iso_time.h"

namespace bulwark::base {
namespace {

using std::chrono::sys_days;

sys_days DateAt(std::string_view utc) {
  return NewYorkDate(ParseIso(utc).value_or(UnixNanos()));
}

sys_days Day(int year, unsigned month, unsigned day) {
  return std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
}

TEST(NewYorkTest, TurnsTheDateAtMidnightInWinterAndInSummer) {
  EXPECT_EQ(DateAt("2026-01-15T04:59:59Z"), Day(2026, 1, 14));
  EXPECT_EQ(DateAt("2026-01-15T05:00:00Z"), Day(2026, 1, 15));
  EXPECT_EQ(DateAt("2026-07-15T03:59:59Z"), Day(2026, 7, 14));
  EXPECT_EQ(DateAt("2026-07-15T04:00:00Z"), Day(2026, 7, 15));
}

TEST(NewYorkTest, KnowsTheSundaysOnWhichClocksTurn) {
  // 2026-03-08 begins in standard time and ends in daylight time.
  EXPECT_EQ(DateAt("2026-03-08T04:59:59Z"), Day(2026, 3, 7));
  EXPECT_EQ(DateAt("2026-03-09T03:59:59Z"), Day(2026, 3, 8));
  EXPECT_EQ(DateAt("2026-03-09T04:00:00Z"), Day(2026, 3, 9));
  // 2026-11-01 the other way round.
  EXPECT_EQ(DateAt("2026-11-01T04:00:00Z"), Day(2026, 11, 1));
  EXPECT_EQ(DateAt("2026-11-02T04:59:59Z"), Day(2026, 11, 1));
  EXPECT_EQ(DateAt("2026-11-02T05:00:00Z"), Day(2026, 11, 2));
}

TEST(NewYorkTest, BelongsToTheOldYearUntilItsMidnight) {
  EXPECT_EQ(DateAt("2027-01-01T04:59:59Z"), Day(2026, 12, 31));
}

}  // namespace
}  // namespace bulwark::base

// Goal: a moment has the date and the time that a clock on a wall in New York shows, and the way
// back finds it again.
// Method: the minutes around midnight and around both turns of the clocks; every half hour of two
// centuries' worth of days there and back.

#include "base/new_york.h"

#include <chrono>
#include <string_view>

#include <gtest/gtest.h>

#include "base/iso_time.h"
#include "base/time.h"

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

TEST(NewYorkTest, TurnsTheClocksInAprilAndOctoberBefore2007) {
  EXPECT_EQ(DateAt("2006-04-02T04:59:59Z"), Day(2006, 4, 1));  // Still standard time.
  EXPECT_EQ(DateAt("2006-04-03T04:00:00Z"), Day(2006, 4, 3));
  EXPECT_EQ(DateAt("2006-10-29T04:00:00Z"), Day(2006, 10, 29));
  EXPECT_EQ(DateAt("2006-10-30T04:59:59Z"), Day(2006, 10, 29));
  EXPECT_EQ(DateAt("2001-11-01T04:59:59Z"), Day(2001, 10, 31));
}

WallMoment At(int year, unsigned month, unsigned day, int minute_of_day) {
  return FromNewYork(LocalNanos(Day(year, month, day).time_since_epoch()) +
                     std::chrono::minutes(minute_of_day));
}

WallMoment Moment(std::string_view utc, WallCount count) {
  return {.at = ParseIso(utc).value_or(UnixNanos()), .count = count};
}

TEST(NewYorkTest, FindsTheMomentOfATimeOnTheWall) {
  EXPECT_EQ(At(2026, 1, 15, 17 * 60), Moment("2026-01-15T22:00:00Z", WallCount::kOnce));
  EXPECT_EQ(At(2026, 7, 15, 17 * 60), Moment("2026-07-15T21:00:00Z", WallCount::kOnce));
}

TEST(NewYorkTest, PutsASkippedTimeAtTheTurnAndARepeatedOneAtItsFirstMoment) {
  EXPECT_EQ(At(2026, 3, 8, 119), Moment("2026-03-08T06:59:00Z", WallCount::kOnce));
  EXPECT_EQ(At(2026, 3, 8, 120), Moment("2026-03-08T07:00:00Z", WallCount::kNever));
  EXPECT_EQ(At(2026, 3, 8, 179), Moment("2026-03-08T07:00:00Z", WallCount::kNever));
  EXPECT_EQ(At(2026, 3, 8, 180), Moment("2026-03-08T07:00:00Z", WallCount::kOnce));
  EXPECT_EQ(At(2026, 11, 1, 59), Moment("2026-11-01T04:59:00Z", WallCount::kOnce));
  EXPECT_EQ(At(2026, 11, 1, 60), Moment("2026-11-01T05:00:00Z", WallCount::kTwice));
  EXPECT_EQ(At(2026, 11, 1, 119), Moment("2026-11-01T05:59:00Z", WallCount::kTwice));
  EXPECT_EQ(At(2026, 11, 1, 120), Moment("2026-11-01T07:00:00Z", WallCount::kOnce));
}

TEST(NewYorkTest, GoesThereAndBackForEveryHalfHourOfEveryYear) {
  using std::chrono::minutes;
  const UnixNanos end = sys_days(Day(2101, 1, 1));
  for (UnixNanos at = sys_days(Day(1990, 1, 1)); at < end; at += minutes(30)) {
    const WallMoment back = FromNewYork(NewYorkTime(at));

    // The second showing of a repeated time leads back to its first.
    const Nanos early = back.count == WallCount::kTwice && back.at != at ? minutes(60) : Nanos(0);
    ASSERT_EQ(back.at + early, at) << FormatIso(at, IsoSuffix::kZulu);
    ASSERT_NE(back.count, WallCount::kNever);
  }
}

}  // namespace
}  // namespace bulwark::base

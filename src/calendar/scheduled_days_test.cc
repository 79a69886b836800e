// Goal: the rules give the days on which the exchanges were, are and will be closed or close early.
// Method: every day of 42 years against a list that other people keep with other code; the five
// published years again as the exchange's table has them; what must hold in any year to 2100.

#include "calendar/scheduled_days.h"

#include <chrono>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "calendar/day.h"

namespace bulwark::calendar {
namespace {

using std::chrono::days;
using std::chrono::weekday;
using std::chrono::year;

Date On(int in, unsigned month, unsigned day) {
  return year(in) / std::chrono::month(month) / std::chrono::day(day);
}

std::string Name(Date date) {
  const std::chrono::year_month_day ymd(date);
  std::ostringstream text;
  text << static_cast<int>(ymd.year()) << '-' << static_cast<unsigned>(ymd.month()) << '-'
       << static_cast<unsigned>(ymd.day());
  return text.str();
}

// The days of the list that are not full sessions; weekends are not in it.
std::map<Date, DayKind> KnownDays() {
  std::ifstream file(BULWARK_SOURCE_DIR "/src/calendar/testdata/xnys_1990_2031.txt");
  std::map<Date, DayKind> known;
  for (std::string line; std::getline(file, line);) {
    int in = 0;
    unsigned month = 0;
    unsigned day = 0;
    char dash = 0;
    std::string kind;
    std::istringstream words(line);
    if (words >> in >> dash >> month >> dash >> day >> kind) {
      known[On(in, month, day)] = kind == "half" ? DayKind::kHalf : DayKind::kClosed;
    }
  }
  return known;
}

TEST(ScheduledDaysTest, AgreesWithTheListOfOthersOnEveryDayOf42Years) {
  const auto known = KnownDays();
  ASSERT_EQ(known.size(), 476U);

  for (Date date = On(1990, 1, 1); date < On(2032, 1, 1); date += days(1)) {
    const weekday day(date);
    const bool is_weekend = day == std::chrono::Saturday || day == std::chrono::Sunday;
    const auto found = known.find(date);
    const DayKind weekday_kind = found == known.end() ? DayKind::kFull : found->second;

    EXPECT_EQ(ScheduledDay(date).kind, is_weekend ? DayKind::kClosed : weekday_kind) << Name(date);
  }
}

struct PublishedYear {
  int in;
  std::vector<Date> closed;
  std::vector<Date> half;
};

// As the exchange's releases of November 2024 and December 2025 print them.
std::vector<PublishedYear> Published() {
  return {
      {.in = 2025,
       .closed = {On(2025, 1, 1), On(2025, 1, 9), On(2025, 1, 20), On(2025, 2, 17), On(2025, 4, 18),
                  On(2025, 5, 26), On(2025, 6, 19), On(2025, 7, 4), On(2025, 9, 1),
                  On(2025, 11, 27), On(2025, 12, 25)},
       .half = {On(2025, 7, 3), On(2025, 11, 28), On(2025, 12, 24)}},
      {.in = 2026,
       .closed = {On(2026, 1, 1), On(2026, 1, 19), On(2026, 2, 16), On(2026, 4, 3), On(2026, 5, 25),
                  On(2026, 6, 19), On(2026, 7, 3), On(2026, 9, 7), On(2026, 11, 26),
                  On(2026, 12, 25)},
       .half = {On(2026, 11, 27), On(2026, 12, 24)}},
      {.in = 2027,
       .closed = {On(2027, 1, 1), On(2027, 1, 18), On(2027, 2, 15), On(2027, 3, 26),
                  On(2027, 5, 31), On(2027, 6, 18), On(2027, 7, 5), On(2027, 9, 6),
                  On(2027, 11, 25), On(2027, 12, 24)},
       .half = {On(2027, 11, 26)}},
      {.in = 2028,
       .closed = {On(2028, 1, 17), On(2028, 2, 21), On(2028, 4, 14), On(2028, 5, 29),
                  On(2028, 6, 19), On(2028, 7, 4), On(2028, 9, 4), On(2028, 11, 23),
                  On(2028, 12, 25)},
       .half = {On(2028, 7, 3), On(2028, 11, 24)}},
  };
}

TEST(ScheduledDaysTest, GivesTheTablesThatTheExchangePublished) {
  for (const PublishedYear& published : Published()) {
    SCOPED_TRACE(published.in);
    std::vector<Date> closed;
    std::vector<Date> half;
    for (Date date = On(published.in, 1, 1); date < On(published.in + 1, 1, 1); date += days(1)) {
      const Day day = ScheduledDay(date);
      if (day.kind == DayKind::kHalf) {
        half.push_back(date);
      } else if (!day.is_session() && day.reason != "weekend") {
        closed.push_back(date);
      }
    }

    EXPECT_EQ(closed, published.closed);
    EXPECT_EQ(half, published.half);
  }
}

TEST(ScheduledDaysTest, KnowsEasterOfLongAgoAndOfLater) {
  EXPECT_EQ(EasterSunday(year(1818)), On(1818, 3, 22));  // The earliest there can be.
  EXPECT_EQ(EasterSunday(year(1943)), On(1943, 4, 25));  // The latest.
  EXPECT_EQ(EasterSunday(year(2000)), On(2000, 4, 23));
  EXPECT_EQ(EasterSunday(year(2038)), On(2038, 4, 25));
  EXPECT_EQ(EasterSunday(year(2100)), On(2100, 3, 28));
}

TEST(ScheduledDaysTest, SaysWhyADateIsClosed) {
  EXPECT_EQ(ScheduledDay(On(2026, 4, 3)), (Day{DayKind::kClosed, "Good Friday"}));
  EXPECT_EQ(ScheduledDay(On(2012, 10, 29)), (Day{DayKind::kClosed, "Hurricane Sandy"}));
  EXPECT_EQ(ScheduledDay(On(2026, 11, 22)), (Day{DayKind::kClosed, "weekend"}));
  EXPECT_EQ(ScheduledDay(On(2026, 10, 12)), Day());  // Columbus Day.
}

TEST(ScheduledDaysTest, HoldsItsPromisesInEveryYear) {
  for (int in = 1990; in <= 2100; ++in) {
    SCOPED_TRACE(in);
    int holidays = 0;
    int half_days = 0;
    for (Date date = On(in, 1, 1); date < On(in + 1, 1, 1); date += days(1)) {
      const Day day = ScheduledDay(date);
      holidays += !day.is_session() && day.reason != "weekend" ? 1 : 0;
      half_days += day.kind == DayKind::kHalf ? 1 : 0;
      ASSERT_EQ(day.reason.empty(), day.kind == DayKind::kFull) << Name(date);
    }
    EXPECT_GE(holidays, 8);
    EXPECT_LE(holidays, 13);
    EXPECT_LE(half_days, 4);
    // A New Year on a Saturday leaves the Friday before it alone.
    if (weekday(On(in, 1, 1)) == std::chrono::Saturday && in > 1990) {
      EXPECT_TRUE(ScheduledDay(On(in - 1, 12, 31)).is_session());
    }
  }
}

}  // namespace
}  // namespace bulwark::calendar

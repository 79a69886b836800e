// Goal: dates and ISO weeks are written as the contract has them, and dates are read back.
// Method: the contract's own examples, the years with 53 weeks, and every day of 60 years against
// the definition: the week of January 4 is week 1.

#include "calendar/date_text.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "calendar/day.h"

namespace bulwark::calendar {
namespace {

using std::chrono::days;

Date On(int in, unsigned month, unsigned day) {
  return std::chrono::year(in) / std::chrono::month(month) / std::chrono::day(day);
}

TEST(DateTextTest, WritesTheWeeksOfTheContract) {
  EXPECT_EQ(IsoWeekText(On(2026, 3, 12)), "2026-W11");
  EXPECT_EQ(IsoWeekText(On(2026, 1, 1)), "2026-W01");
  EXPECT_EQ(IsoWeekText(On(2024, 12, 30)), "2025-W01");
  EXPECT_EQ(IsoWeekText(On(2027, 1, 1)), "2026-W53");
}

TEST(DateTextTest, KnowsWhichYearsHave53Weeks) {
  for (int year = 2000; year <= 2060; ++year) {
    // A year has 53 when it begins or ends on a Thursday.
    const bool is_long = std::chrono::weekday(On(year, 1, 1)) == std::chrono::Thursday ||
                         std::chrono::weekday(On(year, 12, 31)) == std::chrono::Thursday;

    EXPECT_EQ(IsoWeekText(On(year, 12, 28)), std::to_string(year) + (is_long ? "-W53" : "-W52"));
  }
}

TEST(DateTextTest, CountsFromTheWeekOfJanuaryTheFourth) {
  for (Date date = On(2000, 1, 1); date < On(2060, 1, 1); date += days(1)) {
    const Date week_later = date + days(7);
    if (IsoWeekText(date).substr(0, 4) == IsoWeekText(week_later).substr(0, 4)) {
      ASSERT_EQ(std::stoi(IsoWeekText(date).substr(6)) + 1,
                std::stoi(IsoWeekText(week_later).substr(6)));
    } else {
      ASSERT_EQ(IsoWeekText(week_later).substr(4), "-W01");
    }
  }
  EXPECT_EQ(IsoWeekText(On(2030, 1, 4)), "2030-W01");
}

TEST(DateTextTest, ReadsWhatItWrites) {
  for (Date date = On(1999, 12, 1); date < On(2005, 1, 1); date += days(1)) {
    ASSERT_EQ(ParseDate(DateText(date)), date);
  }
}

TEST(DateTextTest, ReadsNothingElse) {
  for (const std::string_view text : {"", "2026-3-12", "2026-02-29", "2026-13-01", "2026-03-00",
                                      "+026-03-12", "2026/03/12", "2026-03-12 ", "20260312"}) {
    EXPECT_EQ(ParseDate(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace bulwark::calendar

// Goal: a cron line means what it means everywhere else, and a wrong one is refused.
// Method: lines by hand with the dates and minutes they name; every way to be wrong; 2,000 random
// lines against a reader that was written another way.

#include "jobs/cron.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/result.h"
#include "calendar/day.h"

namespace bulwark::jobs {
namespace {

using calendar::Date;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

Date On(int in, unsigned month, unsigned day) {
  return std::chrono::year(in) / std::chrono::month(month) / std::chrono::day(day);
}

Cron Parsed(std::string_view text) {
  const auto cron = ParseCron(text);
  EXPECT_TRUE(cron.has_value()) << text;
  return cron.value_or(Cron());
}

// The days of November 2026, which begins on a Sunday.
std::vector<int> NovemberDays(std::string_view text) {
  const Cron cron = Parsed(text);
  std::vector<int> found;
  for (unsigned day = 1; day <= 30; ++day) {
    if (cron.MatchesDate(On(2026, 11, day))) {
      found.push_back(static_cast<int>(day));
    }
  }
  return found;
}

std::vector<int> Minutes(std::string_view text) {
  const Cron cron = Parsed(text);
  std::vector<int> found;
  for (auto at = cron.NextMinute(minutes(0)); at; at = cron.NextMinute(*at + minutes(1))) {
    found.push_back(static_cast<int>(at->count()));
  }
  return found;
}

TEST(CronTest, ReadsTheLinesOfTheBuiltInJobs) {
  EXPECT_EQ(NovemberDays("0 17 * * 1-5").size(), 21U);
  EXPECT_EQ(NovemberDays("0 6 * * 6"), (std::vector{7, 14, 21, 28}));
  EXPECT_EQ(NovemberDays("0 7 1,15 * *"), (std::vector{1, 15}));
  EXPECT_EQ(Minutes("0 17 * * 1-5"), (std::vector{17 * 60}));
}

TEST(CronTest, TakesZeroAndSevenForSunday) {
  EXPECT_EQ(NovemberDays("0 0 * * 0"), (std::vector{1, 8, 15, 22, 29}));
  EXPECT_EQ(NovemberDays("0 0 * * 7"), NovemberDays("0 0 * * 0"));
  EXPECT_EQ(NovemberDays("0 0 * * 5-7"), NovemberDays("0 0 * * fri,SAT,Sun"));
}

TEST(CronTest, MatchesEitherDayWhenBothAreRestricted) {
  EXPECT_EQ(NovemberDays("0 0 13 * 5"), (std::vector{6, 13, 20, 27}));
  EXPECT_EQ(NovemberDays("0 0 10 * 5"), (std::vector{6, 10, 13, 20, 27}));
  // A field that begins with a star does not restrict, also with a step.
  EXPECT_EQ(NovemberDays("0 0 */10 * 1"), (std::vector<int>{}));  // 1, 11, 21, 31: no Monday.
  EXPECT_EQ(NovemberDays("0 0 */8 * 1"), (std::vector{9}));
}

TEST(CronTest, ReadsListsRangesStepsAndNames) {
  EXPECT_EQ(Minutes("*/20 9,16 * * *"), (std::vector{540, 560, 580, 960, 980, 1000}));
  EXPECT_EQ(Minutes("50/5 23 * * *"), (std::vector{1430, 1435}));
  EXPECT_EQ(Minutes("10-30/10,59 0 * * *"), (std::vector{10, 20, 30, 59}));
  EXPECT_TRUE(NovemberDays("0 0 * JAN-OCT,dec *").empty());
  EXPECT_EQ(Minutes("@hourly").size(), 24U);
  EXPECT_EQ(Parsed("@weekly"), Parsed("0 0 * * sun"));
  EXPECT_EQ(Parsed("  0\t17  * * 1-5 "), Parsed("0 17 * * 1-5"));
}

TEST(CronTest, RefusesWhatIsNoCronLine) {
  for (const std::string_view text : {"",
                                      "* * * *",
                                      "* * * * * *",
                                      "60 * * * *",
                                      "* 24 * * *",
                                      "* * 0 * *",
                                      "* * 32 * *",
                                      "* * * 13 *",
                                      "* * * 0 *",
                                      "* * * * 8",
                                      "*/0 * * * *",
                                      "*/60 * * * *",
                                      "5-1 * * * *",
                                      "1,,2 * * * *",
                                      "-1 * * * *",
                                      "1- * * * *",
                                      "a * * * *",
                                      "* * * mon *",
                                      "* * * * jan",
                                      "*/x * * * *",
                                      "1/ * * * *",
                                      "@reboot",
                                      "99999999999999999999 * * * *",
                                      "*-5 * * * *",
                                      "1.5 * * * *"}) {
    const auto cron = ParseCron(text);

    ASSERT_FALSE(cron.has_value()) << text;
    EXPECT_EQ(cron.error().code, base::ErrorCode::kInvalidArgument);
  }
}

TEST(CronTest, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(ParseCron("0 25 * * *").error().message,
            "\"0 25 * * *\": hour \"25\" is not within 0 to 23");
}

// One random field, and the values it names, made without the parser.
struct MadeField {
  std::string text;
  std::vector<bool> names;
};

MadeField MakeField(std::mt19937_64& random, std::size_t low, std::size_t high) {
  MadeField made{.text = {}, .names = std::vector<bool>(high + 1)};
  const std::size_t entries = 1 + random() % 3;
  for (std::size_t entry = 0; entry < entries; ++entry) {
    const std::size_t from = low + random() % (high - low + 1);
    const std::size_t to = from + random() % (high - from + 1);
    const std::size_t step = 1 + random() % high;
    made.text += (entry == 0 ? "" : ",") + std::to_string(from) + "-" + std::to_string(to) + "/" +
                 std::to_string(step);
    for (std::size_t value = from; value <= to; ++value) {
      made.names[value] = made.names[value] || (value - from) % step == 0;
    }
  }
  return made;
}

TEST(CronTest, AgreesWithAnotherReaderOnRandomLines) {
  std::mt19937_64 random{20261122};
  for (int round = 0; round < 2'000; ++round) {
    const MadeField minute = MakeField(random, 0, 59);
    const MadeField hour = MakeField(random, 0, 23);
    const MadeField day = MakeField(random, 1, 31);
    const MadeField month = MakeField(random, 1, 12);
    const std::string text =
        minute.text + " " + hour.text + " " + day.text + " " + month.text + " *";
    SCOPED_TRACE(text);
    const Cron cron = Parsed(text);

    for (std::size_t at = 0; at < 60; ++at) {
      ASSERT_EQ(cron.minutes.test(at), minute.names[at]);
    }
    for (std::size_t at = 0; at < 24; ++at) {
      ASSERT_EQ(cron.hours.test(at), hour.names[at]);
    }
    const Date date = On(2024, 1, 1) + days(random() % 2'000);
    const std::chrono::year_month_day ymd(date);
    ASSERT_EQ(cron.MatchesDate(date), day.names[static_cast<unsigned>(ymd.day())] &&
                                          month.names[static_cast<unsigned>(ymd.month())]);
  }
}

TEST(CronTest, WalksThroughTheMinutesInOrder) {
  const Cron cron = Parsed("*/7 */5 * * *");

  EXPECT_EQ(cron.NextMinute(hours(20) + minutes(56)), hours(20) + minutes(56));
  EXPECT_EQ(cron.NextMinute(hours(20) + minutes(57)), std::nullopt);
  EXPECT_EQ(cron.NextMinute(hours(6)), hours(10));
  EXPECT_EQ(cron.NextMinute(hours(24)), std::nullopt);
}

}  // namespace
}  // namespace bulwark::jobs

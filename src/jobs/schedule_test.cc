// Goal: jobs run at the moments their lines name on a wall clock in New York, also where clocks
// turn, and only on sessions where the plan says so.
// Method: each turn of the clocks by hand; the built-in lines over a year against the exchange's
// published days; every fire time of random lines against a walk through all minutes.

#include "jobs/schedule.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/iso_time.h"
#include "base/new_york.h"
#include "base/result.h"
#include "base/time.h"
#include "calendar/day.h"
#include "calendar/exchange_calendar.h"
#include "jobs/cron.h"

namespace bulwark::jobs {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

base::UnixNanos Utc(std::string_view text) {
  return base::ParseIso(text).value();
}

Schedule Plan(std::string_view cron, Days days = Days::kAll) {
  return Schedule::Create(cron, days).value();
}

// The fire times after `from` and before `to`, as UTC text without seconds.
std::vector<std::string> Fires(const Schedule& plan, std::string_view from, std::string_view to) {
  const calendar::ExchangeCalendar calendar;
  std::vector<std::string> fires;
  for (auto at = plan.NextAfter(Utc(from), calendar); at && *at < Utc(to);
       at = plan.NextAfter(*at, calendar)) {
    fires.push_back(base::FormatIso(*at, base::IsoSuffix::kZulu).substr(0, 16));
  }
  return fires;
}

using Times = std::vector<std::string>;

TEST(ScheduleTest, KeepsTheHourOnTheWallWhenClocksTurn) {
  EXPECT_EQ(Fires(Plan("0 17 * * 1-5"), "2026-03-06T00:00:00Z", "2026-03-10T00:00:00Z"),
            (Times{"2026-03-06T22:00", "2026-03-09T21:00"}));
  EXPECT_EQ(Fires(Plan("0 17 * * 1-5"), "2026-10-30T00:00:00Z", "2026-11-03T00:00:00Z"),
            (Times{"2026-10-30T21:00", "2026-11-02T22:00"}));
}

TEST(ScheduleTest, RunsASkippedTimeOnceAtTheTurn) {
  EXPECT_EQ(Fires(Plan("30 2 * * *"), "2026-03-07T12:00:00Z", "2026-03-09T12:00:00Z"),
            (Times{"2026-03-08T07:00", "2026-03-09T06:30"}));
  // Six skipped times and three o'clock itself are one run.
  EXPECT_EQ(Fires(Plan("*/10 * * * *"), "2026-03-08T06:40:00Z", "2026-03-08T07:20:00Z"),
            (Times{"2026-03-08T06:50", "2026-03-08T07:00", "2026-03-08T07:10"}));
}

TEST(ScheduleTest, RunsARepeatedTimeOnceAtItsFirstShowing) {
  EXPECT_EQ(Fires(Plan("30 1 * * *"), "2026-10-31T12:00:00Z", "2026-11-02T12:00:00Z"),
            (Times{"2026-11-01T05:30", "2026-11-02T06:30"}));
  EXPECT_EQ(
      Fires(Plan("*/30 * * * *"), "2026-11-01T04:45:00Z", "2026-11-01T07:45:00Z"),
      (Times{"2026-11-01T05:00", "2026-11-01T05:30", "2026-11-01T07:00", "2026-11-01T07:30"}));
  // Asked in the middle of the second showing.
  EXPECT_EQ(Plan("30 1 * * *").NextAfter(Utc("2026-11-01T06:15:00Z"), {}),
            Utc("2026-11-02T06:30:00Z"));
}

TEST(ScheduleTest, LeavesOutHolidaysButNotHalfDays) {
  EXPECT_EQ(
      Fires(Plan("0 17 * * 1-5", Days::kSessions), "2026-11-24T23:00:00Z", "2026-12-01T00:00:00Z"),
      (Times{"2026-11-25T22:00", "2026-11-27T22:00", "2026-11-30T22:00"}));
}

TEST(ScheduleTest, RunsOnEverySessionOfAYearAndOnNoOtherDate) {
  const calendar::ExchangeCalendar calendar;
  const Schedule plan = Plan("0 17 * * 1-5", Days::kSessions);
  auto at = Utc("2026-01-01T05:00:00Z");
  calendar::Date session = calendar.SessionOnOrAfter(base::NewYorkDate(at));
  int runs = 0;
  for (; session < calendar::Date(std::chrono::year(2027) / 1 / 1);
       session = calendar.NextSession(session)) {
    const auto next = plan.NextAfter(at, calendar);
    ASSERT_TRUE(next.has_value());
    ASSERT_EQ(base::NewYorkDate(*next), session);
    at = *next;
    ++runs;
  }

  EXPECT_EQ(runs, 251);  // As the exchange's release for 2026 gives it.
}

TEST(ScheduleTest, FindsRareDates) {
  EXPECT_EQ(Plan("0 12 29 2 *").NextAfter(Utc("2096-03-01T00:00:00Z"), {}),
            Utc("2104-02-29T17:00:00Z"));
  // A Saturday is never a session.
  EXPECT_EQ(Plan("0 12 * * 6", Days::kSessions).NextAfter(Utc("2026-01-01T00:00:00Z"), {}),
            std::nullopt);
}

TEST(ScheduleTest, RefusesALineThatNamesNoDate) {
  for (const std::string_view text : {"0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 * *"}) {
    const auto plan = Schedule::Create(text, Days::kAll);

    ASSERT_FALSE(plan.has_value()) << text;
    EXPECT_EQ(plan.error().code, base::ErrorCode::kInvalidArgument);
  }
}

// Every minute of a span that the line names: each time on the wall once, skipped ones at the turn.
Times Walk(const Cron& cron, base::UnixNanos from, base::UnixNanos to) {
  Times fires;
  bool is_owed = false;  // A skipped time waits for the turn.
  for (base::UnixNanos at = from; at < to; at += minutes(1)) {
    const base::LocalNanos wall = base::NewYorkTime(at);
    for (auto gone = base::NewYorkTime(at - minutes(1)) + minutes(1); gone < wall;
         gone += minutes(1)) {
      const auto time = gone - std::chrono::floor<std::chrono::days>(gone);
      is_owed = is_owed || (cron.MatchesDate(base::NewYorkDate(at)) &&
                            cron.hours.test(static_cast<std::size_t>(time / hours(1))) &&
                            cron.minutes.test(static_cast<std::size_t>(time / minutes(1) % 60)));
    }
    const auto time = wall - std::chrono::floor<std::chrono::days>(wall);
    const bool is_first = base::FromNewYork(wall).at == at;
    const bool is_named = cron.MatchesDate(base::NewYorkDate(at)) &&
                          cron.hours.test(static_cast<std::size_t>(time / hours(1))) &&
                          cron.minutes.test(static_cast<std::size_t>(time / minutes(1) % 60));
    if (is_owed || (is_first && is_named)) {
      fires.push_back(base::FormatIso(at, base::IsoSuffix::kZulu).substr(0, 16));
    }
    is_owed = false;
  }
  return fires;
}

TEST(ScheduleTest, AgreesWithAWalkThroughEveryMinuteAroundBothTurns) {
  for (const std::string_view line :
       {"*/7 * * * *", "0 * * * *", "15,45 0-3 * * *", "30 2 * * *", "30 1 * * 0", "59 23 * * *",
        "0 0 1,8 3,11 *", "*/13 1-2 * * 0,6"}) {
    SCOPED_TRACE(line);
    const Cron cron = ParseCron(line).value();
    for (const auto& [from, to] : {std::pair{"2026-03-06T05:00:00Z", "2026-03-10T05:00:00Z"},
                                   std::pair{"2026-10-30T05:00:00Z", "2026-11-03T05:00:00Z"},
                                   std::pair{"2006-04-01T05:00:00Z", "2006-04-04T05:00:00Z"}}) {
      const auto before = Utc(from) - minutes(1);
      EXPECT_EQ(Fires(Plan(line), base::FormatIso(before, base::IsoSuffix::kZulu), to),
                Walk(cron, Utc(from), Utc(to)));
    }
  }
}

}  // namespace
}  // namespace bulwark::jobs

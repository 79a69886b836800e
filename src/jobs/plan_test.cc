// Goal: each job begins exactly the run it should, after downtime too, and never two for one time.
// Method: every rule by hand; then a year of daily turns with random downtime against a model.

#include "jobs/plan.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string_view>

#include <gtest/gtest.h>

#include "base/iso_time.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "jobs/job.h"
#include "jobs/schedule.h"

namespace bulwark::jobs {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

base::UnixNanos Utc(std::string_view text) {
  return base::ParseIso(text).value();
}

// Friday 2026-11-20 17:00 in New York.
const base::UnixNanos kDue = Utc("2026-11-20T22:00:00Z");

JobSpec DailyBars() {
  return {.id = "daily_bars",
          .name = "Daily",
          .schedule = Schedule::Create("0 17 * * 1-5", Days::kSessions).value(),
          .overrun_after = hours(4)};
}

Decision At(const JobState& state, base::UnixNanos now) {
  return Decide(state, DailyBars(), calendar::ExchangeCalendar(), PlanPolicy(), now);
}

JobState Ended(RunState state, std::uint32_t attempt = 1, std::uint64_t items = 0) {
  return {.planned_through = kDue,
          .last = LastRun{.state = state,
                          .due_at = kDue,
                          .ended_at = kDue + hours(1),
                          .items_done = items,
                          .attempt = attempt,
                          .arguments = "{}"}};
}

TEST(PlanTest, DoesNotRepeatARunWhoseArgumentsTheJobCannotRead) {
  JobState state = Ended(RunState::kFailed);
  EXPECT_TRUE(At(state, kDue + hours(2)).start.has_value());

  state.last->arguments = R"({"yeers":2})";

  EXPECT_FALSE(At(state, kDue + hours(2)).start.has_value());
}

TEST(PlanTest, LeavesToAPersonARunThatWasBegunByHand) {
  for (const RunState open : {RunState::kRunning, RunState::kLost, RunState::kInterrupted}) {
    JobState state = Ended(open);
    EXPECT_TRUE(At(state, kDue + hours(2)).start.has_value());

    state.last->arguments = R"({"by_hand":"AAPL, 2 years"})";

    EXPECT_FALSE(At(state, kDue + hours(2)).start.has_value());
  }
}

TEST(PlanTest, StartsAtTheFireTimeAndNotBefore) {
  const JobState state{.planned_through = kDue - days(1)};

  EXPECT_FALSE(At(state, kDue - base::Nanos(1)).start.has_value());
  const Decision decision = At(state, kDue);
  ASSERT_TRUE(decision.start.has_value());
  EXPECT_EQ(decision.start->trigger, Trigger::kSchedule);
  EXPECT_EQ(decision.start->due_at, kDue);
  EXPECT_EQ(decision.planned_through, kDue);
  EXPECT_EQ(decision.missed, 0U);
}

TEST(PlanTest, RunsOnceForTheNewestTimeAfterDowntime) {
  const Decision decision = At({.planned_through = kDue - days(7)}, kDue + hours(3));

  ASSERT_TRUE(decision.start.has_value());
  EXPECT_EQ(decision.start->trigger, Trigger::kCatchUp);
  EXPECT_EQ(decision.start->due_at, kDue);
  EXPECT_EQ(decision.missed, 4U);  // Monday to Thursday.
}

TEST(PlanTest, GivesUpTimesOlderThanTheLimit) {
  JobSpec yearly = DailyBars();
  yearly.schedule = Schedule::Create("0 17 20 11 *", Days::kAll).value();
  const Decision decision = Decide({.planned_through = kDue - days(1)}, yearly,
                                   calendar::ExchangeCalendar(), PlanPolicy(), kDue + days(8));

  EXPECT_FALSE(decision.start.has_value());
  EXPECT_EQ(decision.planned_through, kDue);
  EXPECT_EQ(decision.missed, 1U);
}

TEST(PlanTest, ResumesALostRunAtOnceWhenItHadDoneSomething) {
  for (const RunState state : {RunState::kLost, RunState::kRunning}) {
    const Decision decision = At(Ended(state, 1, 5), kDue + hours(1));

    ASSERT_TRUE(decision.start.has_value());
    EXPECT_EQ(decision.start->trigger, Trigger::kResume);
    EXPECT_EQ(decision.start->due_at, kDue);
    EXPECT_EQ(decision.start->attempt, 1U);
    EXPECT_EQ(decision.start->arguments, "{}");
  }
}

TEST(PlanTest, CountsOnlyLossesWithoutProgressSoThatALongJobIsNotSlowedDown) {
  const auto attempt_after = [](const JobState& state) {
    return At(state, kDue + days(1)).start->attempt;
  };
  EXPECT_EQ(attempt_after(Ended(RunState::kLost, 43, 5)), 1U);
  EXPECT_EQ(attempt_after(Ended(RunState::kLost, 43)), 44U);
  EXPECT_EQ(attempt_after(Ended(RunState::kInterrupted, 3)), 3U);
  EXPECT_EQ(attempt_after(Ended(RunState::kInterrupted, 3, 1)), 1U);
}

TEST(PlanTest, ResumesEverMoreSlowlyWhatIsLostWithoutProgress) {
  EXPECT_FALSE(At(Ended(RunState::kLost, 1), kDue + hours(1) + seconds(1)).start.has_value());
  EXPECT_TRUE(At(Ended(RunState::kLost, 1), kDue + hours(1) + seconds(2)).start.has_value());
  EXPECT_FALSE(At(Ended(RunState::kLost, 5), kDue + hours(1) + seconds(31)).start.has_value());
  EXPECT_TRUE(At(Ended(RunState::kLost, 4'000), kDue + hours(1) + minutes(10)).start.has_value());
  EXPECT_TRUE(At(Ended(RunState::kInterrupted, 9), kDue + hours(1)).start.has_value());
}

TEST(PlanTest, RepeatsARunWithFailuresAFewTimes) {
  const base::UnixNanos ended = kDue + hours(1);
  EXPECT_FALSE(At(Ended(RunState::kPartial), ended + minutes(14)).start.has_value());
  const Decision again = At(Ended(RunState::kPartial), ended + minutes(15));
  ASSERT_TRUE(again.start.has_value());
  EXPECT_EQ(again.start->trigger, Trigger::kRetry);
  EXPECT_FALSE(At(Ended(RunState::kFailed, 3), ended + minutes(59)).start.has_value());
  EXPECT_TRUE(At(Ended(RunState::kFailed, 3), ended + minutes(60)).start.has_value());
  EXPECT_FALSE(At(Ended(RunState::kFailed, 4), ended + days(1)).start.has_value());
  EXPECT_FALSE(At(Ended(RunState::kDone), ended + days(1)).start.has_value());
}

TEST(PlanTest, PrefersANewFireTimeToARepetition) {
  const Decision decision = At(Ended(RunState::kFailed), kDue + days(3));

  ASSERT_TRUE(decision.start.has_value());
  EXPECT_EQ(decision.start->trigger, Trigger::kSchedule);
  EXPECT_EQ(decision.start->due_at, kDue + days(3));
  EXPECT_EQ(decision.start->attempt, 1U);
}

TEST(PlanTest, DoesOnlyRequestsWhilePaused) {
  JobState state = Ended(RunState::kLost, 1, 5);
  state.is_paused = true;
  EXPECT_FALSE(At(state, kDue + days(5)).start.has_value());

  state.request = WaitingRequest{.id = 7, .asked_at = kDue, .arguments = "x"};
  const Decision decision = At(state, kDue + days(5));
  ASSERT_TRUE(decision.start.has_value());
  EXPECT_EQ(decision.start->trigger, Trigger::kDemand);
  EXPECT_EQ(decision.start->request_id, 7);
  EXPECT_EQ(decision.planned_through, kDue);
}

TEST(PlanTest, StartsNothingByItselfWithoutAPlan) {
  JobSpec backfill = DailyBars();
  backfill.schedule.reset();

  EXPECT_FALSE(
      Decide({}, backfill, calendar::ExchangeCalendar(), PlanPolicy(), kDue).start.has_value());
}

// A runner that is there in most minutes, and one that only counts the fire times.
TEST(PlanTest, NeverRunsATimeTwiceAndNeverForgetsOneInAYearWithDowntime) {
  std::mt19937_64 random{5};
  const calendar::ExchangeCalendar calendar;
  const JobSpec spec = DailyBars();
  JobState state{.planned_through = Utc("2026-01-01T05:00:00Z")};
  base::UnixNanos now = state.planned_through;
  const base::UnixNanos end = Utc("2027-01-01T05:00:00Z");
  std::uint32_t begun = 0;
  std::uint32_t missed = 0;
  std::optional<base::UnixNanos> last_due;
  while (now < end) {
    now += random() % 400 == 0 ? hours(random() % 200) : minutes(1 + random() % 90);
    const Decision decision = Decide(state, spec, calendar, PlanPolicy(), now);
    missed += decision.missed;
    if (decision.start) {
      ++begun;
      ASSERT_TRUE(!last_due || decision.start->due_at > *last_due);
      ASSERT_LE(decision.start->due_at, now);
      last_due = decision.start->due_at;
      state.last = LastRun{.state = RunState::kDone, .due_at = *last_due, .ended_at = now};
    }
    state.planned_through = decision.planned_through;
  }

  const Passed all = FiresBetween(*spec.schedule, calendar, Utc("2026-01-01T05:00:00Z"), now);
  EXPECT_EQ(begun + missed, all.count);
  EXPECT_GT(missed, 0U);
  EXPECT_GT(begun, 150U);
}

}  // namespace
}  // namespace bulwark::jobs

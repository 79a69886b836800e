// Goal: a failing process is started ever more slowly, an unlucky one quickly, a broken one not at
//       all.
// Method: exits at chosen times; no process, no clock.

#include "process/restart_schedule.h"

#include <chrono>
#include <optional>

#include <gtest/gtest.h>

#include "base/time.h"

namespace bulwark::process {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr RestartPolicy kPolicy = {.first_delay = milliseconds{100},
                                   .delay_max = milliseconds{500},
                                   .stable_after = seconds{10},
                                   .failures_max = 5};

TEST(RestartScheduleTest, DoublesTheDelayUpToItsLimitAndThenGivesUp) {
  RestartSchedule schedule(kPolicy);
  const base::Nanos end = seconds{1};

  EXPECT_EQ(schedule.OnExit(seconds{0}, end), end + milliseconds{100});
  EXPECT_EQ(schedule.OnExit(seconds{0}, end), end + milliseconds{200});
  EXPECT_EQ(schedule.OnExit(seconds{0}, end), end + milliseconds{400});
  EXPECT_EQ(schedule.OnExit(seconds{0}, end), end + milliseconds{500});
  EXPECT_EQ(schedule.OnExit(seconds{0}, end), end + milliseconds{500});
  EXPECT_EQ(schedule.OnExit(seconds{0}, end), std::nullopt);
  EXPECT_EQ(schedule.failures_in_a_row(), 6);
}

TEST(RestartScheduleTest, StartsAnewAfterAStableRun) {
  RestartSchedule schedule(kPolicy);
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(schedule.OnExit(seconds{0}, seconds{1}));
  }

  EXPECT_EQ(schedule.OnExit(seconds{10}, seconds{20}), seconds{20} + milliseconds{100});
  EXPECT_EQ(schedule.failures_in_a_row(), 1);
}

TEST(RestartScheduleTest, DoesNotOverflowOverManyFailures) {
  RestartPolicy policy = kPolicy;
  policy.failures_max = 1'000'000;
  RestartSchedule schedule(policy);
  for (int i = 0; i < 1'000; ++i) {
    const auto next = schedule.OnExit(seconds{0}, seconds{1});

    ASSERT_TRUE(next);
    ASSERT_LE(*next, seconds{1} + milliseconds{500});
  }
}

}  // namespace
}  // namespace bulwark::process

// Goal: what a thread asks of the scheduler is what the kernel then says of it.
// Method: each wish on a thread of its own, read back through the kernel.

#include "base/scheduling.h"

#include <thread>

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

namespace bulwark::base {
namespace {

int NiceOfThisThread() {
  return getpriority(PRIO_PROCESS, static_cast<id_t>(gettid()));
}

TEST(SchedulingTest, GivesWayOnThisThreadOnly) {
  const int before = NiceOfThisThread();
  int after = 0;
  std::thread([&after] {
    GiveWay();
    after = NiceOfThisThread();
  }).join();

  EXPECT_GE(after, 10);
  EXPECT_EQ(NiceOfThisThread(), before);
}

TEST(SchedulingTest, KeepsPolicyAndPriorityWhenItAsksForShortTurns) {
  std::thread([] {
    GiveWay();
    const int before = NiceOfThisThread();
    PreferShortTurns();
    EXPECT_EQ(NiceOfThisThread(), before);
    EXPECT_EQ(sched_getscheduler(0), SCHED_OTHER);
  }).join();
}

}  // namespace
}  // namespace bulwark::base

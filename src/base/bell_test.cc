// Goal: a ring is never lost, wherever it falls between a look for work and the wait, and a wait
//       without one ends.
// Method: rings before a wait; two threads that hand a count back and forth, each asleep until the
//         other rings, with a limit that would take hours if rings were lost.

#include "base/bell.h"

#include <atomic>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "base/agent.h"
#include "base/time.h"

namespace bulwark::base {
namespace {

constexpr Nanos kLong{std::chrono::minutes{10}};

TEST(BellTest, RemembersARingUntilSomebodyWaits) {
  Bell bell;
  bell.Ring();
  bell.Ring();

  bell.Wait(kLong);

  const Nanos before = MonotonicNow();
  bell.Wait(std::chrono::milliseconds{2});  // Both were forgotten: this waits its time.
  EXPECT_GE(MonotonicNow() - before, std::chrono::milliseconds{2});
}

TEST(BellTest, WakesTheOtherThreadEachTime) {
  constexpr int kTurns = 20'000;
  Bell ours;
  Bell theirs;
  std::atomic<int> turns = 0;  // Even: ours.
  std::thread other([&] {
    while (turns.load() < kTurns) {
      if (turns.load() % 2 == 1) {
        ++turns;
        ours.Ring();
      } else {
        theirs.Wait(kLong);
      }
    }
  });
  while (turns.load() < kTurns) {
    if (turns.load() % 2 == 0) {
      ++turns;
      theirs.Ring();
    } else {
      ours.Wait(kLong);
    }
  }
  theirs.Ring();
  other.join();
  EXPECT_GE(turns.load(), kTurns);
}

TEST(AgentTest, StopsAtOnceThoughItsNapIsLong) {
  Bell bell;
  std::atomic<int> cycles = 0;
  Agent agent("napper", {.bell = &bell, .nap = kLong, .nap_max = kLong}, [&] {
    ++cycles;
    return 0;
  });
  bell.Ring();

  agent.Stop();  // The test would not end otherwise.

  EXPECT_LE(cycles.load(), 4);
}

TEST(AgentTest, WorksWhenItsBellRings) {
  Bell bell;
  std::atomic<int> asked = 0;
  std::atomic<int> done = 0;
  Agent agent("worker", {.bell = &bell, .nap = kLong, .nap_max = kLong}, [&] {
    const int now = asked.load();
    return now - done.exchange(now);
  });
  for (int turn = 1; turn <= 1'000; ++turn) {
    asked = turn;
    bell.Ring();
    while (done.load() < turn) {
      std::this_thread::yield();
    }
  }
  EXPECT_EQ(done.load(), 1'000);
}

}  // namespace
}  // namespace bulwark::base

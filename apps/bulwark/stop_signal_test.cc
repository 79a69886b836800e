// Goal: a signal or the end of --for ends the wait at once and stays; nothing else does.
// Method: signals sent to this very thread, so that no test depends on timing; a forked child for
// the inherited mask.

#include "stop_signal.h"

#include <chrono>
#include <csignal>

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"

namespace bulwark::app {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(StopSignalTest, ReturnsAtOnceWhenASignalIsPendingAndStaysRequested) {
  StopSignal stop;
  EXPECT_FALSE(stop.IsRequested());

  // Blocked by StopSignal: it waits to be read, and the thread goes on.
  pthread_kill(pthread_self(), SIGTERM);  // NOLINT(bugprone-bad-signal-to-kill-thread)

  EXPECT_TRUE(stop.WaitFor(hours{1}));
  EXPECT_EQ(stop.signal(), SIGTERM);
  EXPECT_TRUE(stop.WaitFor(hours{1}));
  EXPECT_TRUE(stop.IsRequested());
}

TEST(StopSignalTest, TakesSigintToo) {
  StopSignal stop;

  pthread_kill(pthread_self(), SIGINT);

  stop.Wait();
  EXPECT_EQ(stop.signal(), SIGINT);
}

TEST(StopSignalTest, EndsByItselfAfterTheGivenTime) {
  StopSignal stop(milliseconds{20});

  stop.Wait();

  EXPECT_TRUE(stop.IsRequested());
  EXPECT_EQ(stop.signal(), 0);
}

TEST(StopSignalTest, GoesOnWhenOnlyTheWaitIsOver) {
  StopSignal stop(hours{1});

  EXPECT_FALSE(stop.WaitFor(milliseconds{1}));
}

TEST(StopSignalTest, LetsAChildDieOfTheSignalAgain) {
  const StopSignal stop;
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    StopSignal::UnblockInChild();
    raise(SIGTERM);
    _exit(0);  // Reached only when the signal is still blocked.
  }

  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);

  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
}

}  // namespace
}  // namespace bulwark::app

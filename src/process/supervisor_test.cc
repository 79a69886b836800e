// Goal: children start in order, come back when they fall, stop in reverse, and leave no orphan.
// Method: real /bin/sh children that write what happens to them into one file.

#include "process/supervisor.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "base/result.h"
#include "base/time.h"
#include "process/child.h"
#include "process/restart_schedule.h"

namespace bulwark::process {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr RestartPolicy kQuick = {.first_delay = milliseconds{1},
                                  .delay_max = milliseconds{4},
                                  .stable_after = seconds{60},
                                  .failures_max = 3};

class SupervisorTest : public testing::Test {
 protected:
  SupervisorTest()
      : folder_(testing::TempDir() + "bulwark_supervisor_" + std::to_string(getpid())) {
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string PathOf(const std::string& name) const { return folder_ + "/" + name; }

  // Writes "+name" and its ready file, then waits; writes "-name" when it is told to stop.
  [[nodiscard]] ChildSpec Recorder(const std::string& name) const {
    const std::string log = PathOf("log");
    const std::string ready = PathOf(name + ".ready");
    const std::string script = "trap 'echo -" + name + " >> " + log + "; exit 0' TERM; echo +" +
                               name + " >> " + log + "; : > " + ready +
                               "; while :; do sleep 0.01; done";
    ChildSpec spec = Script(name, script);
    spec.is_ready = [ready] { return std::filesystem::exists(ready); };
    return spec;
  }

  static ChildSpec Script(const std::string& name, const std::string& script) {
    ChildSpec spec;
    spec.name = name;
    spec.command = [script] {
      Command command;
      command.program = "/bin/sh";
      command.args = {"-c", script};
      return command;
    };
    return spec;
  }

  [[nodiscard]] std::string Log() const {
    std::ifstream in(PathOf("log"));
    return {std::istreambuf_iterator<char>(in), {}};
  }

  // Drives the supervisor until `done`, at most 20 s.
  template <class Done>
  static bool DriveUntil(Supervisor& supervisor, Done done) {
    const base::Nanos deadline = base::MonotonicNow() + seconds{20};
    while (!done() && base::MonotonicNow() < deadline) {
      if (supervisor.DoWork() == 0) {
        std::this_thread::yield();
      }
    }
    return done();
  }

  std::string folder_;
};

TEST_F(SupervisorTest, StartsInOrderAndStopsInReverse) {
  Supervisor supervisor({Recorder("a"), Recorder("b"), Recorder("c")}, kQuick);

  const auto started = supervisor.Start();
  ASSERT_TRUE(started) << started.error().message;
  supervisor.Stop();

  EXPECT_EQ(Log(), "+a\n+b\n+c\n-c\n-b\n-a\n");
}

TEST_F(SupervisorTest, RestartsAChildThatWasKilled) {
  Supervisor supervisor({Recorder("a"), Recorder("b")}, kQuick);
  ASSERT_TRUE(supervisor.Start());
  const pid_t untouched = *supervisor.pid("b");
  std::filesystem::remove(PathOf("a.ready"));

  kill(*supervisor.pid("a"), SIGKILL);

  ASSERT_TRUE(DriveUntil(supervisor, [&] { return std::filesystem::exists(PathOf("a.ready")); }));
  EXPECT_EQ(supervisor.restarts("a"), 1);
  EXPECT_EQ(supervisor.restarts("b"), 0);
  EXPECT_EQ(supervisor.pid("b"), untouched);
  supervisor.Stop();
  EXPECT_EQ(Log(), "+a\n+b\n+a\n-b\n-a\n");
}

TEST_F(SupervisorTest, GivesUpOnAChildThatAlwaysFails) {
  Supervisor supervisor({Script("broken", "exit 7")}, kQuick);
  ASSERT_TRUE(supervisor.Start());

  ASSERT_TRUE(DriveUntil(supervisor, [&] { return supervisor.has_given_up().has_value(); }));

  EXPECT_NE(supervisor.has_given_up()->message.find("broken"), std::string::npos);
  EXPECT_NE(supervisor.has_given_up()->message.find("exit code 7"), std::string::npos);
  EXPECT_EQ(supervisor.restarts("broken"), kQuick.failures_max);
}

TEST_F(SupervisorTest, TriesAgainWhenACommandCannotBeMadeAndThenGivesUp) {
  int calls = 0;
  ChildSpec spec = Script("moody", "exit 1");
  spec.command = [&calls, make = spec.command]() -> base::Result<Command> {
    if (++calls == 1) {
      return make();
    }
    return base::Fail(base::ErrorCode::kConflict, "no port is free");
  };
  Supervisor supervisor(std::vector<ChildSpec>{spec}, kQuick);
  ASSERT_TRUE(supervisor.Start());

  ASSERT_TRUE(DriveUntil(supervisor, [&] { return supervisor.has_given_up().has_value(); }));

  EXPECT_NE(supervisor.has_given_up()->message.find("no port is free"), std::string::npos);
  EXPECT_EQ(calls, 1 + kQuick.failures_max);
}

TEST_F(SupervisorTest, LetsAChildEndForGoodWhenThatIsItsJob) {
  ChildSpec job = Script("job", "exit 0");
  job.is_restarted_after_clean_exit = false;
  Supervisor supervisor({job}, kQuick);
  ASSERT_TRUE(supervisor.Start());

  EXPECT_TRUE(DriveUntil(supervisor, [&] { return supervisor.is_done("job"); }));
  EXPECT_EQ(supervisor.restarts("job"), 0);
}

TEST_F(SupervisorTest, StopsTheOthersWhenOneEndsBeforeItIsReady) {
  ChildSpec early = Script("early", "exit 4");
  early.is_ready = [] { return false; };
  Supervisor supervisor({Recorder("a"), early, Recorder("c")}, kQuick);

  const auto started = supervisor.Start();

  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("early: ended with exit code 4"), std::string::npos);
  EXPECT_EQ(Log(), "+a\n-a\n");
}

TEST_F(SupervisorTest, FailsWhenAChildIsNotReadyInTimeOrStartIsCancelled) {
  ChildSpec slow = Script("slow", "exec sleep 60");
  slow.is_ready = [] { return false; };
  slow.ready_timeout = milliseconds{30};
  Supervisor timed(std::vector<ChildSpec>{slow}, kQuick);
  slow.ready_timeout = seconds{600};
  Supervisor cancelled(std::vector<ChildSpec>{slow}, kQuick);

  const auto late = timed.Start();
  const auto stopped = cancelled.Start([] { return true; });

  ASSERT_FALSE(late);
  EXPECT_NE(late.error().message.find("not ready within 30 ms"), std::string::npos);
  ASSERT_FALSE(stopped);
  EXPECT_NE(stopped.error().message.find("stopped while starting"), std::string::npos);
}

}  // namespace
}  // namespace bulwark::process

// Goal: a child runs what it was told, is stopped within bounds, and never outlives its parent.
// Method: real /bin/sh children; the parent that dies is a forked copy of this test.

#include "process/child.h"

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/result.h"
#include "base/time.h"

namespace bulwark::process {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Command Shell(const std::string& script) {
  Command command;
  command.program = "/bin/sh";
  command.args = {"-c", script};
  return command;
}

std::string ReadAll(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(ChildTest, ReportsTheExitCodeAndTheSignal) {
  auto clean = Child::Spawn(Shell("exit 0"));
  auto failing = Child::Spawn(Shell("exit 3"));
  auto killed = Child::Spawn(Shell("kill -9 $$"));
  ASSERT_TRUE(clean && failing && killed);

  EXPECT_TRUE(clean->WaitFor(seconds{10})->is_clean());
  EXPECT_EQ(failing->WaitFor(seconds{10})->ToString(), "exit code 3");
  EXPECT_EQ(killed->WaitFor(seconds{10})->ToString(), "signal 9 (Killed)");
}

TEST(ChildTest, PassesArgumentsEnvironmentFolderAndOutput) {
  const std::string folder = testing::TempDir() + "bulwark_child_" + std::to_string(getpid());
  std::filesystem::create_directories(folder);
  Command command = Shell("echo \"$1|$COLOUR|$(pwd)\"; echo oops >&2");
  command.args.insert(command.args.end(), {"sh", "a b"});
  command.environment = {{"COLOUR", "blue"}};
  command.work_folder = folder;
  command.output_file = folder + "/out";

  auto child = Child::Spawn(command);
  ASSERT_TRUE(child) << child.error().message;
  ASSERT_TRUE(child->WaitFor(seconds{10}));

  EXPECT_EQ(ReadAll(command.output_file), "a b|blue|" + folder + "\noops\n");
  std::filesystem::remove_all(folder);
}

TEST(ChildTest, SaysThatAProgramIsMissing) {
  for (const char* program : {"/nonexistent/program", "no-such-program-anywhere"}) {
    Command command;
    command.program = program;

    const auto child = Child::Spawn(command);

    ASSERT_FALSE(child);
    EXPECT_EQ(child.error().code, base::ErrorCode::kNotFound);
    EXPECT_NE(child.error().message.find(program), std::string::npos);
  }
}

TEST(ChildTest, ReportsAFolderThatCannotBeEntered) {
  Command command = Shell("exit 0");
  command.work_folder = "/nonexistent";

  const auto child = Child::Spawn(command);

  ASSERT_FALSE(child);
  EXPECT_NE(child.error().message.find("No such file"), std::string::npos);
}

TEST(ChildTest, WaitsNoLongerThanTheTimeout) {
  auto child = Child::Spawn(Shell("exec sleep 60"));
  ASSERT_TRUE(child);

  const base::Nanos start = base::MonotonicNow();
  EXPECT_FALSE(child->WaitFor(milliseconds{50}));

  EXPECT_LT(base::MonotonicNow() - start, seconds{5});
}

TEST(ChildTest, StopsAChildThatIgnoresSigterm) {
  const std::string ready = testing::TempDir() + "bulwark_ready_" + std::to_string(getpid());
  auto child = Child::Spawn(Shell("trap '' TERM; : > " + ready + "; while :; do sleep 1; done"));
  ASSERT_TRUE(child);
  while (!std::filesystem::exists(ready)) {
    ASSERT_FALSE(child->WaitFor(milliseconds{1}));
  }

  EXPECT_EQ(child->Stop(milliseconds{50}).signal, SIGKILL);
  std::filesystem::remove(ready);
}

TEST(ChildTest, GivesThePoliteOneItsSigterm) {
  auto child = Child::Spawn(Shell("exec sleep 60"));
  ASSERT_TRUE(child);

  EXPECT_EQ(child->Stop(seconds{30}).signal, SIGTERM);
}

TEST(ChildTest, StartsWithDefaultSignalsAndAnEmptyMask) {
  sigset_t blocked{};
  sigset_t before{};
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ASSERT_EQ(pthread_sigmask(SIG_BLOCK, &blocked, &before), 0);
  auto child = Child::Spawn(Shell("exec sleep 60"));
  ASSERT_EQ(pthread_sigmask(SIG_SETMASK, &before, nullptr), 0);
  ASSERT_TRUE(child);

  EXPECT_EQ(child->Stop(seconds{30}).signal, SIGTERM);
}

// Both ends of the pipe are held by the child's program alone once we and the parent let go: the
// read end sees the end of file exactly when the child is gone.
TEST(ChildTest, DiesWithItsParentEvenWhenThatIsKilled) {
  std::array<int, 2> life{};
  std::array<int, 2> started{};
  ASSERT_EQ(pipe(life.data()), 0);
  ASSERT_EQ(pipe(started.data()), 0);
  const std::string pipe_path =
      "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(life[1]);
  const pid_t parent = fork();
  if (parent == 0) {
    // The shell opens the pipe by its path: inherited descriptors are closed for children.
    auto child = Child::Spawn(
        Shell("trap '' TERM INT HUP; exec 3>" + pipe_path + "; echo ready >&3; exec sleep 60"));
    const char byte = child ? 'y' : 'n';
    [[maybe_unused]] const ssize_t written = write(started[1], &byte, 1);
    pause();
    _exit(0);
  }
  char byte = 0;
  ASSERT_EQ(read(started[0], &byte, 1), 1);
  ASSERT_EQ(byte, 'y');
  std::array<char, 6> ready{};
  ASSERT_EQ(read(life[0], ready.data(), ready.size()), 6);

  close(life[1]);
  ASSERT_EQ(kill(parent, SIGKILL), 0);
  ASSERT_EQ(waitpid(parent, nullptr, 0), parent);

  EXPECT_EQ(read(life[0], &byte, 1), 0);  // Blocks until the last writer is gone.
  for (const int fd : {life[0], started[0], started[1]}) {
    close(fd);
  }
}

}  // namespace
}  // namespace bulwark::process

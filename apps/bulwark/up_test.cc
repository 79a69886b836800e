// Goal: `up` runs redis, venue, trader and api with the right arguments, in order, keeps them
//       running, and
// refuses what it cannot run.
// Method: the plan with a shell script in place of our binary, under the real supervisor and with a
// real redis; the real binary for the refusals.

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "base/time.h"
#include "binary_fixture.h"
#include "config/settings.h"
#include "config/settings_loader.h"
#include "data_paths.h"
#include "process/lock_file.h"
#include "process/supervisor.h"
#include "redis/connection.h"
#include "redis/managed_server.h"
#include "redis_access.h"
#include "up_plan.h"

namespace bulwark::app {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

// Writes "+role arguments" and, when it is told to stop, "-role". A redis-server plays the venue:
// what matters is that something listens on its socket.
constexpr const char* kFakeProgram = R"(#!/bin/sh
cd "$FOLDER" || exit 9
trap "echo -$1 >> log; exit 0" TERM
echo "+$*" >> log
case $1 in
  venue) exec redis-server --port 0 --unixsocket "$FOLDER/data/run/venue.sock" --save '' > /dev/null ;;
  api) echo '{"pid": 1, "url": "http://127.0.0.1:1234/"}' > data/run/api.json ;;
esac
while :; do sleep 0.01; done
)";

class UpPlanTest : public BinaryTest {
 protected:
  UpPlanTest() : settings_(config::LoadSettings({})->settings) {
    settings_.data = Data();
    EXPECT_TRUE(paths_.Prepare());
    std::ofstream(folder_ / "fake") << kFakeProgram;
    std::filesystem::permissions(folder_ / "fake", std::filesystem::perms::owner_all);
  }

  [[nodiscard]] UpInputs Inputs() const {
    return {.program = (folder_ / "fake").string(),
            .arguments = {"--set", "a=b"},
            .variables = {{"FOLDER", folder_.string()}}};
  }

  // In the kernel's ticks since the machine's start; field 22 of its line, the 20th after the name.
  static long StartedAt(int pid) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    std::istringstream rest(text.substr(text.rfind(')') + 1));
    std::string field;
    for (int at = 0; at < 20; ++at) {
      rest >> field;
    }
    return std::stol(field);
  }

  [[nodiscard]] std::string Log() const {
    std::ifstream in(folder_ / "log");
    return {std::istreambuf_iterator<char>(in), {}};
  }

  template <class Done>
  static bool DriveUntil(process::Supervisor& supervisor, Done done) {
    const base::Nanos deadline = base::MonotonicNow() + seconds{20};
    while (!done() && base::MonotonicNow() < deadline) {
      if (supervisor.DoWork() == 0) {
        std::this_thread::yield();
      }
    }
    return done();
  }

  config::Settings settings_;
  DataPaths paths_ = *DataPaths::Create(Data());
};

TEST_F(UpPlanTest, StartsRedisVenueTraderAndApiAndStopsThemInReverse) {
  auto redis = redis::ManagedServer::Create(ManagedRedisOf(settings_, paths_));
  ASSERT_TRUE(redis) << redis.error().message;
  process::Supervisor supervisor(PlanChildren(settings_, paths_, Inputs(), &*redis),
                                 RestartPolicyOf(settings_));

  const auto started = supervisor.Start();
  ASSERT_TRUE(started) << started.error().message;
  EXPECT_TRUE(redis->IsReady());
  EXPECT_EQ(PageAddress(paths_), "http://127.0.0.1:1234/");
  const auto has = [this](const char* line) { return Log().find(line) != std::string::npos; };
  ASSERT_TRUE(DriveUntil(supervisor, [&] { return has("+trader") && has("+api"); }));
  EXPECT_THAT(Log(), testing::StartsWith("+venue --set a=b\n"));
  // The page does not wait for the trader's first word, only for its start.
  EXPECT_LE(StartedAt(*supervisor.pid("trader")), StartedAt(*supervisor.pid("api")));
  EXPECT_THAT(Log(), HasSubstr("+trader --set a=b\n"));
  EXPECT_THAT(Log(), HasSubstr("+api --set a=b\n"));
  supervisor.Stop();

  EXPECT_FALSE(redis->IsReady());
  EXPECT_THAT(Log(), testing::EndsWith("-api\n-trader\n"));
}

TEST_F(UpPlanTest, BringsBackARedisThatWasKilledAtTheSameAddress) {
  auto redis = redis::ManagedServer::Create(ManagedRedisOf(settings_, paths_));
  ASSERT_TRUE(redis);
  process::Supervisor supervisor(PlanChildren(settings_, paths_, Inputs(), &*redis),
                                 RestartPolicyOf(settings_));
  ASSERT_TRUE(supervisor.Start());
  const auto before = redis::FindManagedServer(Data().string());
  ASSERT_TRUE((*redis::Connection::Connect(before->tcp))->Call({"SET", "SYSTEM:HALT", "true"}));

  kill(*supervisor.pid("redis"), SIGKILL);

  ASSERT_TRUE(DriveUntil(supervisor,
                         [&] { return supervisor.restarts("redis") == 1 && redis->IsReady(); }));
  const auto connection = redis::Connection::Connect(before->tcp);
  ASSERT_TRUE(connection) << connection.error().message;
  EXPECT_EQ((*connection)->Call({"GET", "SYSTEM:HALT"})->AsText(), "true");
  EXPECT_EQ(supervisor.restarts("trader"), 0);
}

TEST_F(UpPlanTest, RunsNoRedisOfItsOwnWhenAnotherIsNamed) {
  const auto specs = PlanChildren(settings_, paths_, Inputs(), nullptr);

  ASSERT_EQ(specs.size(), 3U);
  EXPECT_EQ(specs[0].name, "venue");
  EXPECT_EQ(specs[1].name, "trader");
  EXPECT_EQ(specs[2].name, "api");
}

TEST_F(UpPlanTest, StartsTheJobsLastWhenTheyAreEnabled) {
  settings_.jobs.enabled = true;
  const auto specs = PlanChildren(settings_, paths_, Inputs(), nullptr);

  ASSERT_EQ(specs.size(), 4U);
  EXPECT_EQ(specs[3].name, "jobs");
  const auto command = specs[3].command();
  ASSERT_TRUE(command && command->args.size() >= 2);
  EXPECT_EQ(command->args[0], "jobs");
  EXPECT_EQ(command->args[1], "run");
}

class UpTest : public BinaryTest {};

TEST_F(UpTest, RefusesASecondOneOnTheSameDataFolder) {
  std::filesystem::create_directories(Data() / "run");
  const auto lock = process::LockFile::Acquire((Data() / "run/up.lock").string());
  ASSERT_TRUE(lock);

  const BinaryOutcome outcome = Run("up");

  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.text, HasSubstr("another `bulwark up` runs on the data folder"));
  EXPECT_THAT(outcome.text, HasSubstr("process " + std::to_string(getpid())));
}

TEST_F(UpTest, ShowsWhyRedisDoesNotStart) {
  std::ofstream(folder_ / "broken") << "#!/bin/sh\necho cannot work today\nexit 5\n";
  std::filesystem::permissions(folder_ / "broken", std::filesystem::perms::owner_all);

  const BinaryOutcome outcome =
      Run("up --set redis.server_binary=" + (folder_ / "broken").string());

  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.text, HasSubstr("redis: ended with exit code 5"));
  EXPECT_THAT(outcome.text, HasSubstr("cannot work today"));
}

TEST_F(UpTest, RefusesARedisThatIsNotThereOrWouldLoseAHalt) {
  auto server = redis::ManagedServer::Create({.data_folder = (folder_ / "other").string()});
  ASSERT_TRUE(server && server->Start());
  const auto connection = redis::Connection::Connect(server->url());
  ASSERT_TRUE((*connection)->Call({"CONFIG", "SET", "maxmemory", "100mb"}));
  ASSERT_TRUE((*connection)->Call({"CONFIG", "SET", "maxmemory-policy", "volatile-lru"}));
  const std::string flag = "up --set 'redis.url=" + server->url().Full().Reveal() + "'";

  const BinaryOutcome evicting = Run(flag);
  server->Stop();
  const BinaryOutcome absent = Run(flag);

  EXPECT_EQ(evicting.exit_code, 3);
  EXPECT_THAT(evicting.text, HasSubstr("would lose a halt: eviction"));
  EXPECT_EQ(absent.exit_code, 3);
  EXPECT_THAT(absent.text, HasSubstr("while connecting"));
}

}  // namespace
}  // namespace bulwark::app

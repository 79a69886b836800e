// Goal: the REST interface of the jobs answers with the statuses of the contract, and a request
//       that was wrong leaves nothing behind; the doctor tells what nobody is there to begin.
// Method: the handlers through the real router, with a store in which a runner is alive or not.

#include "jobs_routes.h"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "api/service.h"
#include "base/iso_time.h"
#include "base/time.h"
#include "config/settings.h"
#include "config/settings_loader.h"
#include "data_paths.h"
#include "doctor_checks.h"
#include "jobs/job_store.h"
#include "jobs/plan.h"
#include "net/message.h"
#include "net/router.h"
#include "sql/connection.h"

namespace bulwark::app {
namespace {
namespace fs = std::filesystem;

base::UnixNanos At(std::string_view text) {
  return base::ParseIso(text).value();
}

const std::string kTrigger = "/api/system/scheduler/trigger/";
const std::string kStatus = "/api/system/scheduler/status";
const std::string kHistory = "/api/system/scheduler/history";

class JobsRoutesTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(folder_);
    paths_ = DataPaths::Create(folder_).value();
    for (const api::Route& route : JobRoutes(settings_, *paths_)) {
      router_.Add(route.method, route.path, route.handler);
    }
  }
  void TearDown() override { fs::remove_all(folder_); }

  void RunnerWasAlive(base::UnixNanos at) {
    store_ = jobs::JobStore::Open(paths_->JobsFile(), sql::Access::kReadWrite).value();
    ASSERT_TRUE(store_->Register("backfill", at));
    ASSERT_TRUE(store_->ReportAlive("runner", at));
  }
  [[nodiscard]] net::Response Get(const std::string& path) const {
    return router_.Handle({.method = "GET", .target = {.path = path}});
  }
  [[nodiscard]] int Post(const std::string& job, const std::string& body,
                         const std::string& type = "application/json") const {
    return router_
        .Handle({.method = "POST",
                 .target = {.path = kTrigger + job},
                 .headers = {{"content-type", type}},
                 .body = body})
        .status;
  }
  [[nodiscard]] std::size_t Waiting() const { return store_->Jobs()->front().requests; }

  fs::path folder_ =
      fs::temp_directory_path() / ("bulwark_routes_" + std::to_string(std::random_device{}()));
  config::Settings settings_ = config::LoadSettings({})->settings;
  std::optional<DataPaths> paths_;
  std::unique_ptr<jobs::JobStore> store_;
  net::Router router_;
};

TEST_F(JobsRoutesTest, TellsThatNobodyRunsJobs) {
  EXPECT_EQ(Get(kStatus).body, R"({"status":"not_running","jobs":[]})");
  EXPECT_EQ(Post("backfill", ""), 409);

  RunnerWasAlive(base::WallNow() - std::chrono::minutes{5});

  EXPECT_EQ(Get(kStatus).body, R"({"status":"not_running","jobs":[]})");
  EXPECT_EQ(Post("backfill", ""), 409);
  EXPECT_EQ(Waiting(), 0U);
}

TEST_F(JobsRoutesTest, ShowsEachJobWithItsNextRun) {
  RunnerWasAlive(base::WallNow());

  const auto status = nlohmann::json::parse(Get(kStatus).body);

  EXPECT_EQ(status["running"], true);
  ASSERT_EQ(status["jobs"].size(), 4U);
  EXPECT_EQ(status["jobs"][0]["id"], "daily_bars");
  EXPECT_EQ(status["jobs"][0]["name"], "Daily OHLCV Backfill");
  EXPECT_THAT(status["jobs"][0]["next_run"].get<std::string>(),
              testing::MatchesRegex("[0-9-]+ 2[12]:00:00[+]00:00"));  // Summer time or not.
  EXPECT_TRUE(status["jobs"][3]["next_run"].is_null());
}

TEST_F(JobsRoutesTest, TakesARequestWithItsArguments) {
  RunnerWasAlive(base::WallNow());

  EXPECT_EQ(Post("backfill", R"({"years": 1})"), 200);
  EXPECT_EQ(Post("backfill", ""), 200);
  EXPECT_EQ(Post("backfill", "{}"), 200);

  EXPECT_EQ(Waiting(), 3U);
}

TEST_F(JobsRoutesTest, RefusesWhatIsWrongAndLeavesNothingBehind) {
  RunnerWasAlive(base::WallNow());

  EXPECT_EQ(Post("backfill", R"({"symbols": ["AAPL"])"), 400);
  EXPECT_EQ(Post("backfill", "[]"), 400);
  EXPECT_EQ(Post("backfill", "{}", "text/plain"), 415);
  EXPECT_EQ(Post("backfill", R"({"yeers": 2})"), 400);
  EXPECT_EQ(Post("backfill", R"({"years": 0})"), 400);
  EXPECT_EQ(Post("daily_bars", R"({"years": 2})"), 400) << "it takes no arguments";
  EXPECT_EQ(Post("nothing", "{}"), 404);
  EXPECT_EQ(Get(kTrigger + "backfill").status, 405);

  EXPECT_EQ(Waiting(), 0U);
}

TEST_F(JobsRoutesTest, TakesARequestWithoutBodyWhateverItsContentType) {
  RunnerWasAlive(base::WallNow());

  EXPECT_EQ(Post("backfill", "", ""), 200);
  EXPECT_EQ(Post("backfill", "", "text/plain"), 200);

  EXPECT_EQ(Waiting(), 2U);
}

TEST_F(JobsRoutesTest, ShowsWhatWentWrongWithTheItemsOfARun) {
  RunnerWasAlive(base::WallNow());
  const auto taken = store_->TryStart(
      "backfill", {.owner = "runner", .lease = std::chrono::seconds{30}}, base::WallNow(),
      [](const jobs::JobState&) { return jobs::Decision{.start = jobs::Start{}}; });
  ASSERT_TRUE(taken.has_value() && taken->run.has_value());
  ASSERT_TRUE(store_->Finish(*taken->run,
                             {.state = jobs::RunState::kPartial,
                              .counts = {.items_total = 2, .items_done = 1, .items_failed = 1},
                              .errors = {{.item = "AAPL", .message = "HTTP 500"}}},
                             base::WallNow()));

  const auto history = nlohmann::json::parse(Get(kHistory).body);

  ASSERT_EQ(history["runs"].size(), 1U);
  EXPECT_EQ(history["runs"][0]["errors"].dump(), R"([{"item":"AAPL","message":"HTTP 500"}])");
}

TEST_F(JobsRoutesTest, RefusesALimitThatIsNoNumberOfRuns) {
  RunnerWasAlive(base::WallNow());
  const auto status_of = [&](const std::string& limit) {
    return router_
        .Handle({.method = "GET", .target = {.path = kHistory, .query = {{"limit", limit}}}})
        .status;
  };
  for (const std::string bad : {"abc", "", "0", "-1", "5x", "1001", "99999999999999999999"}) {
    EXPECT_EQ(status_of(bad), 400) << bad;
  }
  EXPECT_EQ(status_of("1"), 200);
  EXPECT_EQ(status_of("1000"), 200);
}

TEST_F(JobsRoutesTest, TakesNoRunnerOfTheFutureForAliveOne) {
  RunnerWasAlive(base::WallNow() + std::chrono::hours{1});

  EXPECT_EQ(Get(kStatus).body, R"({"status":"not_running","jobs":[]})");
  EXPECT_EQ(Post("backfill", ""), 409);
  const auto lines = CheckJobs(settings_, *paths_, base::WallNow());
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.back().level, DoctorLine::Level::kYellow);

  // One that is alive is seen beside it, and the row of the future goes.
  ASSERT_TRUE(store_->ReportAlive("other", base::WallNow()));
  EXPECT_EQ(nlohmann::json::parse(Get(kStatus).body)["running"], true);
}

TEST_F(JobsRoutesTest, TheDoctorTellsWhatWasDueAndThatNobodyIsThere) {
  EXPECT_TRUE(CheckJobs(settings_, *paths_, base::WallNow()).empty());
  RunnerWasAlive(At("2026-11-20T21:59:00Z"));
  ASSERT_TRUE(store_->Register("daily_bars", At("2026-11-19T12:00:00Z")));

  const auto early = CheckJobs(settings_, *paths_, At("2026-11-20T21:59:30Z"));
  ASSERT_EQ(early.size(), 2U);  // The run of Thursday.
  EXPECT_EQ(early[1].text, "a runner is alive");

  const auto late = CheckJobs(settings_, *paths_, At("2026-11-20T22:30:00Z"));
  ASSERT_EQ(late.size(), 2U);
  EXPECT_EQ(late[0].text, "daily_bars was due 2026-11-20 17:00 and has not begun, 2 times in all");
  EXPECT_EQ(late[1].level, DoctorLine::Level::kYellow);
  EXPECT_THAT(late[1].text,
              testing::HasSubstr("no runner is alive, the last word came 2026-11-20"));

  ASSERT_TRUE(store_->SetPaused("daily_bars", true, At("2026-11-20T22:30:00Z")));
  EXPECT_EQ(CheckJobs(settings_, *paths_, At("2026-11-20T23:00:00Z")).size(), 1U);
}

TEST_F(JobsRoutesTest, AnswersAConflictWhenTooManyRequestsWait) {
  RunnerWasAlive(base::WallNow());
  for (std::size_t count = 0; count < jobs::JobStore::kRequestsMax; ++count) {
    ASSERT_EQ(Post("backfill", ""), 200);
  }

  EXPECT_EQ(Post("backfill", ""), 409);
}

}  // namespace
}  // namespace bulwark::app

// Goal: `bulwark limit` tells, sets, drains, waits and closes, and its exit codes can be used in
//       scripts.
// Method: the real binary against a private redis-server.

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/result.h"
#include "binary_fixture.h"
#include "redis/connection.h"
#include "redis/managed_server.h"

namespace bulwark::app {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::MatchesRegex;

class LimitCommandTest : public BinaryTest {
 protected:
  LimitCommandTest() {
    std::filesystem::create_directory(Data());
    server_ = redis::ManagedServer::Create({.data_folder = Data().string()});
    EXPECT_TRUE(server_ && server_->Start());
    connection_ = *redis::Connection::Connect(server_->url());
  }

  // Patient, for machines that are busy.
  [[nodiscard]] BinaryOutcome Limit(const std::string& arguments) const {
    return Run("limit " + arguments, "BULWARK_REDIS_CALL_TIMEOUT=10s");
  }

  base::Result<redis::ManagedServer> server_ = base::Fail(base::ErrorCode::kNotFound, "not made");
  std::unique_ptr<redis::Connection> connection_;
};

TEST_F(LimitCommandTest, WaitGivesPermitsUntilTheLimitAndStatusTellsOfThem) {
  const BinaryOutcome granted = Limit("wait edgar --limits 2/h --count 2");
  const BinaryOutcome refused = Limit("wait edgar --limits 2/h --max-wait 0s");

  EXPECT_EQ(granted.exit_code, 0) << granted.text;
  EXPECT_THAT(granted.text, MatchesRegex("[0-9]+\\.[0-9]+ shared\n[0-9]+\\.[0-9]+ shared\n"));
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.text, HasSubstr("no permit: window; again in 3"));
  EXPECT_THAT(Limit("status").text, AllOf(HasSubstr("edgar  default 2/h"), HasSubstr("2 of 2")));
  const auto json = nlohmann::json::parse(Limit("status edgar --json").text);
  EXPECT_EQ(json[0]["windows"][0]["used"], 2);
  EXPECT_EQ(json[0]["counters"]["granted"], 2);
  EXPECT_EQ(json[0]["counters"]["refused"], 1);
}

TEST_F(LimitCommandTest, SetChangesWhatAllProcessesMayDo) {
  EXPECT_EQ(Limit("set edgar 1/h").exit_code, 0);
  EXPECT_EQ(Limit("wait edgar --limits 100/s").exit_code, 0);
  EXPECT_EQ(Limit("wait edgar --limits 100/s --max-wait 0s").exit_code, 1);
  EXPECT_EQ(Limit("set edgar default").exit_code, 0);
  EXPECT_EQ(Limit("wait edgar --limits 100/s").exit_code, 0);
  EXPECT_THAT(Limit("set edgar 5/fortnight").text, HasSubstr("limits '5/fortnight'"));
  EXPECT_EQ(Limit("set a:b 5/s").exit_code, 2);
}

TEST_F(LimitCommandTest, DrainTakesAllAndRepairs) {
  ASSERT_TRUE(connection_->Call({"RPUSH", "rate_limit:edgar:tokens", "x"}));
  const BinaryOutcome damaged = Limit("wait edgar --limits 2/h");
  EXPECT_EQ(damaged.exit_code, 3);
  EXPECT_THAT(damaged.text, HasSubstr("rate_limit:edgar:tokens is a list"));
  EXPECT_EQ(Limit("status").exit_code, 1);

  EXPECT_THAT(Limit("drain edgar").text, HasSubstr("replaced a list at rate_limit:edgar:tokens"));

  EXPECT_EQ(Limit("wait edgar --limits 1/h --max-wait 0s").exit_code, 1);
  EXPECT_EQ(Run("keys check").exit_code, 0) << Run("keys check").text;
}

TEST_F(LimitCommandTest, CloseStopsEverybodyForAsLongAsTheServerAsked) {
  EXPECT_EQ(Limit("wait edgar --limits 100/s").exit_code, 0);

  EXPECT_EQ(Limit("close edgar --retry-after 10m").text, "edgar: nobody calls for 600.000 s\n");

  const BinaryOutcome refused = Limit("wait edgar --limits 100/s --priority cancel --max-wait 0s");
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.text, ContainsRegex("no permit: closed; again in (599|600)\\."));
  EXPECT_THAT(Limit("status edgar").text,
              ContainsRegex("closed by the server for another (599|600)\\."));
  EXPECT_EQ(Limit("close finra --status 418").text, "finra: nobody calls for 120.000 s\n");
  EXPECT_EQ(Limit("close finra --status 500").exit_code, 2);
  EXPECT_EQ(Run("keys check").exit_code, 0) << Run("keys check").text;
}

TEST_F(LimitCommandTest, MetricsAreThoseOfTheStatus) {
  EXPECT_EQ(Limit("metrics").text, "");
  EXPECT_EQ(Limit("wait edgar --limits 2/h").exit_code, 0);

  EXPECT_THAT(
      Limit("metrics").text,
      AllOf(HasSubstr("bulwark_limit_used_units{limit=\"edgar\",window_seconds=\"3600\"} 1\n"),
            HasSubstr("bulwark_limit_events_total{limit=\"edgar\",event=\"granted\"} 1\n")));
}

}  // namespace
}  // namespace bulwark::app

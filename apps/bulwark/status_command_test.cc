// Goal: the screen shows numbers as people read them, whatever Redis holds.
// Method: the real binary beside a private redis-server whose keys are written by hand.

#include <filesystem>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time.h"
#include "binary_fixture.h"
#include "contract/system_documents.h"
#include "redis/connection.h"
#include "redis/managed_server.h"

namespace bulwark::app {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

class StatusCommandTest : public BinaryTest {
 protected:
  StatusCommandTest() {
    std::filesystem::create_directory(Data());
    EXPECT_TRUE(server_ && server_->Start());
    connection_ = *redis::Connection::Connect(server_->url());
  }

  void Set(const std::string& key, const std::string& value) {
    ASSERT_TRUE(connection_->Call({"SET", key, value}));
  }

  base::Result<redis::ManagedServer> server_ =
      redis::ManagedServer::Create({.data_folder = Data().string()});
  std::unique_ptr<redis::Connection> connection_;
};

TEST_F(StatusCommandTest, ShowsMoneyAndAgesInPlainDigits) {
  std::string heartbeat;
  contract::EncodeHeartbeat(heartbeat, base::WallNow());
  Set("SYSTEM:HEARTBEAT", heartbeat);
  Set("METRICS:TOTAL_VALUE", "100000.0");
  Set("METRICS:CASH", "1234.5678");
  Set("METRICS:PNL_DAILY", "-1.5e-07");
  Set("VIEW:POSITIONS", R"([{"instrument_id": "BTC/USDT", "quantity": 1e-05}])");

  const BinaryOutcome outcome = Run("status");

  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.text, ContainsRegex("heartbeat    [0-9]+\\.[0-9] s ago"));
  EXPECT_THAT(outcome.text, HasSubstr("equity       100000.00\n"));
  EXPECT_THAT(outcome.text, HasSubstr("cash         1234.5678\n"));
  EXPECT_THAT(outcome.text, HasSubstr("P&L today    -0.00000015  (fraction"));
  EXPECT_THAT(outcome.text, HasSubstr("BTC/USDT  0.00001\n"));
}

TEST_F(StatusCommandTest, ShowsNoSignedZeroAndSaysWhatItDoesNotKnow) {
  Set("METRICS:PNL_DAILY", "-1e-12");

  const BinaryOutcome outcome = Run("status");

  EXPECT_THAT(outcome.text, HasSubstr("P&L today    0.00  (fraction"));
  EXPECT_THAT(outcome.text, HasSubstr("equity       unknown\n"));
  EXPECT_THAT(outcome.text, HasSubstr("heartbeat    never"));
  EXPECT_THAT(outcome.text, Not(HasSubstr("e-")));
}

}  // namespace
}  // namespace bulwark::app

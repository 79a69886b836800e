// Goal: `redis-url` and `redis-cli` reach the Redis in use; a password is shown only when it was
//       asked for.
// Method: the real binary against a private redis-server in a temporary folder.

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/result.h"
#include "binary_fixture.h"
#include "redis/connection.h"
#include "redis/managed_server.h"
#include "redis/url.h"

namespace bulwark::app {
namespace {

using testing::HasSubstr;
using testing::Not;

class RedisCommandTest : public BinaryTest {
 protected:
  RedisCommandTest() {
    std::filesystem::create_directory(Data());
    server_ = redis::ManagedServer::Create({.data_folder = Data().string()});
    EXPECT_TRUE(server_ && server_->Start());
  }

  base::Result<redis::ManagedServer> server_ = base::Fail(base::ErrorCode::kNotFound, "not made");
};

TEST_F(RedisCommandTest, PrintsAUrlThatConnects) {
  for (const char* arguments : {"redis-url", "redis-url --socket"}) {
    BinaryOutcome outcome = Run(arguments);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
    ASSERT_EQ(outcome.text.back(), '\n');
    outcome.text.pop_back();

    const auto url = redis::ParseUrl(outcome.text);

    ASSERT_TRUE(url) << outcome.text;
    EXPECT_TRUE(redis::Connection::Connect(*url));
  }
}

TEST_F(RedisCommandTest, MasksThePasswordWhenAsked) {
  const BinaryOutcome outcome = Run("redis-url --masked");

  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.text, HasSubstr("trader:***@127.0.0.1"));
  EXPECT_THAT(outcome.text, Not(HasSubstr(server_->url().password.Reveal())));
}

TEST_F(RedisCommandTest, PassesItsWordsOnToRedisCli) {
  EXPECT_EQ(Run("redis-cli SET SYSTEM:HALT true").text, "OK\n");
  EXPECT_EQ(Run("redis-cli --data ./data GET SYSTEM:HALT").text, "true\n");
  EXPECT_EQ(Run("redis-cli --raw -n 1 EXISTS SYSTEM:HALT").text, "0\n");
  EXPECT_THAT(Run("redis-cli ACL WHOAMI").text, HasSubstr("trader"));
}

class NoRedisTest : public BinaryTest {};

TEST_F(NoRedisTest, SaysWhatToDoWhenNothingWasEverStarted) {
  for (const char* arguments : {"redis-url", "redis-cli PING"}) {
    const BinaryOutcome outcome = Run(arguments);

    EXPECT_EQ(outcome.exit_code, 3);
    EXPECT_THAT(outcome.text, HasSubstr("start `bulwark up` first, or set redis.url"));
  }
}

TEST_F(NoRedisTest, PrintsTheConfiguredUrl) {
  const BinaryOutcome outcome =
      Run("redis-url --masked --set redis.url=redis://me:hunter2@example.org:7000/1");

  EXPECT_EQ(outcome.text, "redis://me:***@example.org:7000/1\n");
}

}  // namespace
}  // namespace bulwark::app

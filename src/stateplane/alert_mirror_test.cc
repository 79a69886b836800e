// Goal: no alert is lost to another writer's of the same millisecond, and none is told twice.
// Method: a real redis-server, on which the millisecond is taken.

#include "stateplane/alert_mirror.h"

#include <chrono>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "base/time.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/test_server.h"

namespace bulwark::stateplane {
namespace {

constexpr base::UnixNanos kAt{std::chrono::milliseconds{1'771'351'200'000}};

class AlertMirrorTest : public testing::Test {
 protected:
  void Store(AlertMirror& alerts) {
    redis::Pipeline pipeline;
    pipeline.BeginTransaction();
    alerts.Compose(pipeline);
    pipeline.EndTransaction();
    const auto stored = connection_->Execute(pipeline);
    ASSERT_TRUE(stored.has_value()) << stored.error().message;
  }
  std::string At(const std::string& suffix) {
    const auto reply = connection_->Call({"GET", "ALERTS:" + suffix});
    return reply && reply->AsText() ? std::string(*reply->AsText()) : "(none)";
  }

  redis::TestServer server_;
  std::unique_ptr<redis::Connection> connection_ = server_.Connect();
  AlertMirror alerts_{base::Nanos{0}};
};

TEST_F(AlertMirrorTest, TakesTheNextFreeMillisecondWhenOthersWroteInTheSame) {
  ASSERT_TRUE(connection_->Call({"SET", "ALERTS:EVENT:1771351200000", "theirs"}).has_value());
  ASSERT_TRUE(connection_->Call({"RPUSH", "ALERTS:EVENT:1771351200001", "a list"}).has_value());
  alerts_.Add(kAt, "ours");
  alerts_.Add(kAt, "ours too");

  Store(alerts_);

  EXPECT_EQ(At("EVENT:1771351200000"), "theirs");
  EXPECT_EQ(At("EVENT:1771351200002"), "ours");
  EXPECT_EQ(At("EVENT:1771351200003"), "ours too");
  EXPECT_EQ(At("LAST"), "ours too");
}

TEST_F(AlertMirrorTest, TellsAnAlertOnceThoughItIsStoredAgain) {
  ASSERT_TRUE(connection_->Call({"SET", "ALERTS:EVENT:1771351200000", "theirs"}).has_value());
  alerts_.Add(kAt, "ours");
  Store(alerts_);

  Store(alerts_);  // The answer to the first was lost.

  EXPECT_EQ(connection_->Call({"DBSIZE"})->AsInteger(), 3);  // Two events and the last.
  alerts_.Confirm();
  EXPECT_FALSE(alerts_.is_dirty());
}

TEST_F(AlertMirrorTest, LetsEventsGoAfterTheirRetention) {
  AlertMirror kept(std::chrono::seconds{90});
  kept.Add(kAt, "ours");

  Store(kept);

  const auto left = connection_->Call({"PTTL", "ALERTS:EVENT:1771351200000"})->AsInteger();
  EXPECT_GT(left, 0);
  EXPECT_LE(left, 90'000);
  EXPECT_EQ(connection_->Call({"PTTL", "ALERTS:LAST"})->AsInteger(), -1);
}

TEST_F(AlertMirrorTest, GivesUpWhereAllNearMillisecondsAreTaken) {
  for (int ms = 0; ms < AlertMirror::kTriesMax; ++ms) {
    const std::string key = "ALERTS:EVENT:" + std::to_string(1'771'351'200'000 + ms);
    ASSERT_TRUE(connection_->Call({"SET", key, "theirs"}).has_value());
  }
  alerts_.Add(kAt, "ours");

  Store(alerts_);

  EXPECT_EQ(connection_->Call({"DBSIZE"})->AsInteger(), AlertMirror::kTriesMax + 1);
  EXPECT_EQ(At("LAST"), "ours");
}

}  // namespace
}  // namespace bulwark::stateplane

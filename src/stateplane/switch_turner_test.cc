// Goal: a release never wipes out a stop that somebody else sets meanwhile, and a stop gets through
//       with either side dead.
// Method: a real redis-server; the ledger is a list of turns that can fail, or in whose place
//         somebody else writes the key just before or just after the turn is recorded.

#include "stateplane/switch_turner.h"

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/result.h"
#include "base/time.h"
#include "model/switches.h"
#include "redis/connection.h"
#include "redis/subscriber.h"
#include "redis/test_server.h"
#include "stateplane/switch_writer.h"

namespace bulwark::stateplane {
namespace {

using model::Switch;

struct Words {
  Switch which;
  const char* key;
  const char* on;
  const char* off;
};
constexpr Words kBoth[] = {{Switch::kHalt, "SYSTEM:HALT", "true", "false"},
                           {Switch::kKill, "risk:kill_switch", "active", "inactive"}};

class SwitchTurnerTest : public testing::Test {
 protected:
  TurnPeers Peers(Switch which) {
    return {.record = [this, which](bool is_on,
                                    std::string_view reason) -> base::Result<model::SwitchTurn> {
              if (is_ledger_broken_) {
                return base::Fail(base::ErrorCode::kUnavailable, "locked");
              }
              if (is_too_early_ && !is_on) {
                return base::Fail(base::ErrorCode::kConflict, "in 5 min");
              }
              if (meanwhile_ && !is_on) {
                meanwhile_();
              }
              turns_.push_back({.sequence = turns_.size() + 1,
                                .which = which,
                                .is_on = is_on,
                                .reason = std::string(reason),
                                .actor = "human",
                                .at = base::WallNow()});
              return turns_.back();
            },
            .connect = [this]() -> base::Result<redis::Connection*> {
              if (is_redis_away_) {
                return base::Fail(base::ErrorCode::kUnavailable, "away");
              }
              return ours_.get();
            }};
  }
  void Set(const char* key, const char* value) {
    ASSERT_TRUE(others_->Call({"SET", key, value}).has_value());
  }
  std::string Get(const char* key) {
    const auto reply = others_->Call({"GET", key});
    return reply && reply->AsText() ? std::string(*reply->AsText()) : "(none)";
  }

  redis::TestServer server_;
  std::unique_ptr<redis::Connection> ours_ = server_.Connect();
  std::unique_ptr<redis::Connection> others_ = server_.Connect();
  SwitchTurner turner_;
  std::vector<model::SwitchTurn> turns_;
  std::function<void()> meanwhile_;
  bool is_ledger_broken_ = false;
  bool is_too_early_ = false;
  bool is_redis_away_ = false;
};

TEST_F(SwitchTurnerTest, LeavesTheSwitchOnAndLogsAReleaseThatIsRefused) {
  ASSERT_TRUE(turner_.Stop(Switch::kKill, "drill", Peers(Switch::kKill)).recorded.has_value());
  is_too_early_ = true;

  const TurnReceipt refused = turner_.Release(Switch::kKill, "too soon", Peers(Switch::kKill));

  EXPECT_FALSE(refused.recorded.has_value());
  EXPECT_EQ(Get("risk:kill_switch"), "active");
  const auto last = others_->Call({"LINDEX", "risk:kill_switch:log", "-1"});
  ASSERT_TRUE(last && last->AsText());
  const std::string entry(*last->AsText());
  EXPECT_NE(entry.find(R"("action": "deactivate", "reason": "too soon")"), std::string::npos)
      << entry;
  EXPECT_NE(entry.find(R"("result": "refused")"), std::string::npos) << entry;
}

TEST_F(SwitchTurnerTest, StopsAndReleasesInBothPlaces) {
  for (const Words& words : kBoth) {
    const TurnReceipt stopped = turner_.Stop(words.which, "drill", Peers(words.which));
    EXPECT_TRUE(stopped.recorded.has_value());
    EXPECT_EQ(Get(words.key), words.on);

    const TurnReceipt released = turner_.Release(words.which, "over", Peers(words.which));

    EXPECT_EQ(released.shown, SwitchShown::kWritten);
    EXPECT_FALSE(released.newer_stop.has_value());
    EXPECT_EQ(Get(words.key), words.off);
    EXPECT_FALSE(turns_.back().is_on);
    EXPECT_EQ(turns_.back().reason, "over");
  }
}

// The newer stop writes the very word that stood there, so a comparison of words would not see it.
TEST_F(SwitchTurnerTest, KeepsAStopThatIsSetWhileAnOlderOneIsReleased) {
  for (const Words& words : kBoth) {
    for (const char* newer : {words.on, "banana"}) {
      SCOPED_TRACE(std::string(words.key) + " " + newer);
      meanwhile_ = nullptr;
      ASSERT_TRUE(turner_.Stop(words.which, "first", Peers(words.which)).shown.has_value());
      meanwhile_ = [&] { Set(words.key, newer); };

      const TurnReceipt released = turner_.Release(words.which, "over", Peers(words.which));

      EXPECT_EQ(released.shown, SwitchShown::kOvertaken);
      ASSERT_TRUE(released.newer_stop.has_value() && released.newer_stop->has_value());
      EXPECT_TRUE(turns_.back().is_on);
      EXPECT_EQ(Get(words.key), words.on);
    }
  }
}

TEST_F(SwitchTurnerTest, KeepsAStopThatIsSetAtAKeyThatWasMissing) {
  for (const Words& words : kBoth) {
    meanwhile_ = [&] { Set(words.key, words.on); };

    EXPECT_TRUE(turner_.Release(words.which, "over", Peers(words.which)).newer_stop.has_value());

    EXPECT_EQ(Get(words.key), words.on);
  }
}

// A running trader follows the ledger at once and writes the key before we do.
TEST_F(SwitchTurnerTest, IsNotOvertakenByATraderThatShowsTheSameRelease) {
  for (const Words& words : kBoth) {
    meanwhile_ = nullptr;
    ASSERT_TRUE(turner_.Stop(words.which, "first", Peers(words.which)).shown.has_value());
    meanwhile_ = [&] { Set(words.key, words.off); };

    const TurnReceipt released = turner_.Release(words.which, "over", Peers(words.which));

    EXPECT_TRUE(released.shown.has_value());
    EXPECT_FALSE(released.newer_stop.has_value());
    EXPECT_EQ(Get(words.key), words.off);
  }
}

TEST_F(SwitchTurnerTest, ForgetsWhatARefusedReleaseHadSeen) {
  ASSERT_TRUE(turner_.Stop(Switch::kHalt, "first", Peers(Switch::kHalt)).shown.has_value());
  is_ledger_broken_ = true;
  EXPECT_FALSE(turner_.Release(Switch::kHalt, "over", Peers(Switch::kHalt)).recorded.has_value());
  EXPECT_EQ(Get("SYSTEM:HALT"), "true");
  Set("SYSTEM:HALT", "true");
  is_ledger_broken_ = false;

  EXPECT_EQ(turner_.Release(Switch::kHalt, "over", Peers(Switch::kHalt)).shown,
            SwitchShown::kWritten);
}

TEST_F(SwitchTurnerTest, StopsThroughRedisAloneAndTellsTheChannelWhenTheLedgerIsBroken) {
  is_ledger_broken_ = true;
  const std::string_view channels[] = {"risk:kill_switch"};
  const auto subscriber = redis::Subscriber::Connect(server_.url(), channels, {}, {});
  ASSERT_TRUE(subscriber.has_value());
  for (const Words& words : kBoth) {
    const TurnReceipt stopped = turner_.Stop(words.which, "drill", Peers(words.which));

    EXPECT_FALSE(stopped.recorded.has_value());
    EXPECT_EQ(stopped.shown, SwitchShown::kWritten);
    EXPECT_EQ(Get(words.key), words.on);
  }
  const auto message = (*subscriber)->Next(std::chrono::seconds{20});
  ASSERT_TRUE(message.has_value() && message->has_value());
  EXPECT_NE((*message)->payload.find(R"("action":"activate","reason":"drill")"), std::string::npos);
}

TEST_F(SwitchTurnerTest, RecordsAStopAndAReleaseWithoutRedis) {
  is_redis_away_ = true;

  EXPECT_TRUE(turner_.Stop(Switch::kKill, "drill", Peers(Switch::kKill)).recorded.has_value());
  const TurnReceipt released = turner_.Release(Switch::kKill, "over", Peers(Switch::kKill));

  EXPECT_TRUE(released.recorded.has_value());
  EXPECT_EQ(released.shown.error().message, "away");
}

}  // namespace
}  // namespace bulwark::stateplane

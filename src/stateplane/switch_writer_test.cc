// Goal: a turn is shown and announced once, whoever shows it; an older one never wins; a stop gets
// through whatever stands at the keys.
// Method: a real redis-server, two writers, and foreign values put in their way.

#include "stateplane/switch_writer.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "base/time.h"
#include "contract/kill_switch_document.h"
#include "model/switches.h"
#include "redis/connection.h"
#include "redis/test_server.h"

namespace bulwark::stateplane {
namespace {

using model::Switch;

constexpr base::UnixNanos kNoon{std::chrono::hours{480'000}};

model::SwitchTurn Turn(Switch which, bool is_on, std::uint64_t sequence) {
  return {.sequence = sequence,
          .which = which,
          .is_on = is_on,
          .reason = "drill \"1\"",
          .actor = "human",
          .at = kNoon + std::chrono::microseconds{sequence}};
}

class SwitchWriterTest : public testing::Test {
 protected:
  std::string Get(const std::string& key) {
    const auto reply = connection_->Call({"GET", key});
    return reply && reply->AsText() ? std::string(*reply->AsText()) : "(none)";
  }
  std::int64_t LogLength() {
    return connection_->Call({"LLEN", "risk:kill_switch:log"})->AsInteger().value_or(-1);
  }

  redis::TestServer server_;
  std::unique_ptr<redis::Connection> connection_ = server_.Connect();
  SwitchWriter writer_;
};

TEST_F(SwitchWriterTest, ShowsAHaltAndItsEndAsTheDocumentedWords) {
  EXPECT_EQ(*writer_.Show(*connection_, Turn(Switch::kHalt, true, 1)), SwitchShown::kWritten);
  EXPECT_EQ(Get("SYSTEM:HALT"), "true");
  EXPECT_EQ(*writer_.Show(*connection_, Turn(Switch::kHalt, true, 1)), SwitchShown::kWasThere);
  EXPECT_EQ(*writer_.Show(*connection_, Turn(Switch::kHalt, false, 2)), SwitchShown::kWritten);
  EXPECT_EQ(Get("SYSTEM:HALT"), "false");
}

TEST_F(SwitchWriterTest, NeverWipesOutAStopThatCameAfterTheReading) {
  using Kind = SeenAtKey::Kind;
  const SeenAtKey missing{.kind = Kind::kMissing};
  const SeenAtKey word{.kind = Kind::kText, .text = "banana"};
  for (const Switch which : {Switch::kHalt, Switch::kKill}) {
    const std::string key = which == Switch::kHalt ? "SYSTEM:HALT" : "risk:kill_switch";
    const std::string on = which == Switch::kHalt ? "true" : "active";
    const std::string off = which == Switch::kHalt ? "false" : "inactive";
    ASSERT_TRUE(connection_->Call({"SET", key, on}).has_value());
    EXPECT_EQ(*writer_.Show(*connection_, Turn(which, false, 3), missing), SwitchShown::kOvertaken);
    EXPECT_EQ(*writer_.Show(*connection_, Turn(which, false, 3), word), SwitchShown::kOvertaken);
    EXPECT_EQ(Get(key), on);
    ASSERT_TRUE(connection_->Call({"SET", key, "banana"}).has_value());
    EXPECT_EQ(*writer_.Show(*connection_, Turn(which, false, 3), word), SwitchShown::kWritten);
    EXPECT_EQ(Get(key), off);
    ASSERT_TRUE(connection_->Call({"DEL", key}).has_value());
    ASSERT_TRUE(connection_->Call({"RPUSH", key, on}).has_value());
    EXPECT_EQ(*writer_.Show(*connection_, Turn(which, false, 4), missing), SwitchShown::kOvertaken);
    EXPECT_EQ(*writer_.Show(*connection_, Turn(which, false, 4), SeenAtKey{.kind = Kind::kForeign}),
              SwitchShown::kWritten);
    EXPECT_EQ(Get(key), off);
  }
}

TEST_F(SwitchWriterTest, AnnouncesAKillOnceThoughTwoShowIt) {
  const SwitchWriter other;
  const model::SwitchTurn turn = Turn(Switch::kKill, true, 5);

  EXPECT_EQ(*writer_.Show(*connection_, turn), SwitchShown::kWritten);
  EXPECT_EQ(*other.Show(*connection_, turn), SwitchShown::kWasThere);

  EXPECT_EQ(Get("risk:kill_switch"), "active");
  EXPECT_EQ(LogLength(), 1);
  const auto meta = contract::DecodeKillMeta(Get("risk:kill_switch:meta"));
  ASSERT_TRUE(meta.has_value());
  EXPECT_EQ(meta->sequence, 5U);
  EXPECT_EQ(meta->reason, turn.reason);
}

TEST_F(SwitchWriterTest, NeverShowsAnOlderTurnOverANewerOne) {
  ASSERT_TRUE(writer_.Show(*connection_, Turn(Switch::kKill, true, 5)));
  ASSERT_TRUE(writer_.Show(*connection_, Turn(Switch::kKill, false, 6)));

  EXPECT_EQ(*writer_.Show(*connection_, Turn(Switch::kKill, true, 5)), SwitchShown::kIsStale);

  EXPECT_EQ(Get("risk:kill_switch"), "inactive");
  EXPECT_EQ(LogLength(), 2);
}

TEST_F(SwitchWriterTest, ShowsTheTurnOfANewLedgerThoughItsSequenceIsSmaller) {
  ASSERT_TRUE(writer_.Show(*connection_, Turn(Switch::kKill, false, 50)));
  model::SwitchTurn turn = Turn(Switch::kKill, true, 1);
  turn.at = kNoon + std::chrono::hours{1};

  EXPECT_EQ(*writer_.Show(*connection_, turn), SwitchShown::kWritten);
  EXPECT_EQ(Get("risk:kill_switch"), "active");
}

TEST_F(SwitchWriterTest, SetsAnOverwrittenKeyRightWithoutAnnouncingAgain) {
  const model::SwitchTurn turn = Turn(Switch::kKill, true, 5);
  ASSERT_TRUE(writer_.Show(*connection_, turn));
  ASSERT_TRUE(connection_->Call({"SET", "risk:kill_switch", "inactive"}));

  EXPECT_EQ(*writer_.Show(*connection_, turn), SwitchShown::kCorrected);

  EXPECT_EQ(Get("risk:kill_switch"), "active");
  EXPECT_EQ(LogLength(), 1);
}

TEST_F(SwitchWriterTest, StopsThroughForeignTypesAtItsKeys) {
  for (const char* key :
       {"SYSTEM:HALT", "risk:kill_switch", "risk:kill_switch:meta", "risk:kill_switch:log"}) {
    ASSERT_TRUE(connection_->Call({"HSET", key, "field", "value"}));
  }

  EXPECT_EQ(*writer_.Show(*connection_, Turn(Switch::kHalt, true, 1)), SwitchShown::kWritten);
  EXPECT_EQ(*writer_.Show(*connection_, Turn(Switch::kKill, true, 2)), SwitchShown::kWritten);

  EXPECT_EQ(Get("SYSTEM:HALT"), "true");
  EXPECT_EQ(Get("risk:kill_switch"), "active");
}

TEST_F(SwitchWriterTest, StopsWithoutALedger) {
  ASSERT_TRUE(SwitchWriter::StopUnrecorded(*connection_, Turn(Switch::kHalt, true, 0)));
  ASSERT_TRUE(SwitchWriter::StopUnrecorded(*connection_, Turn(Switch::kKill, true, 0)));

  EXPECT_EQ(Get("SYSTEM:HALT"), "true");
  EXPECT_EQ(Get("risk:kill_switch"), "active");
}

}  // namespace
}  // namespace bulwark::stateplane

// Goal: a stop is durable with everything else dead and shown where Redis lives; a release needs
//       its word;
// a receipt never claims more than what happened.
// Method: the real binary on a real ledger, with a private redis-server or without; the trader's
//         state is
// put into Redis by hand.

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/result.h"
#include "base/time.h"
#include "binary_fixture.h"
#include "contract/system_documents.h"
#include "ledger/ledger.h"
#include "model/action.h"
#include "model/switches.h"
#include "redis/connection.h"
#include "redis/managed_server.h"
#include "sql/sqlite_file.h"
#include "switch_turn.h"

namespace bulwark::app {
namespace {

using testing::HasSubstr;
using testing::Not;

class SwitchCommandTest : public BinaryTest {
 protected:
  SwitchCommandTest() { std::filesystem::create_directory(Data()); }

  void MakeLedger() const {
    const auto ledger = ledger::Ledger::Open(Data() / "ledger.db");
    ASSERT_TRUE(ledger) << ledger.error().message;
  }
  [[nodiscard]] model::SwitchState Switches() const {
    const auto ledger = ledger::Ledger::Open(Data() / "ledger.db", {.is_checked = false});
    return *(*ledger)->ReadSwitches();
  }
  void StartRedis() {
    auto created = redis::ManagedServer::Create({.data_folder = Data().string()});
    ASSERT_TRUE(created);
    server_ = std::make_unique<redis::ManagedServer>(std::move(*created));
    ASSERT_TRUE(server_->Start());
    connection_ = std::move(*redis::Connection::Connect(server_->url()));
  }
  [[nodiscard]] std::string Get(const std::string& key) const {
    const auto reply = connection_->Call({"GET", key});
    return reply && reply->AsText() ? std::string(*reply->AsText()) : "(none)";
  }
  // As a trader would that has this state and beats at `beat`.
  void SetTrader(model::RunState state, base::UnixNanos beat) const {
    std::string document;
    contract::EncodeSystemState(document, {.state = state, .since = beat, .epoch = 1});
    std::string heartbeat;
    contract::EncodeHeartbeat(heartbeat, beat);
    ASSERT_TRUE(connection_->Call({"SET", "SYSTEM:STATE", document}));
    ASSERT_TRUE(connection_->Call({"SET", "SYSTEM:HEARTBEAT", heartbeat}));
  }

  std::unique_ptr<redis::ManagedServer> server_;
  std::unique_ptr<redis::Connection> connection_;
};

TEST_F(SwitchCommandTest, SaysThatAScopeOfNobodyStopsNothing) {
  MakeLedger();
  for (const std::string name : {"--symbol BTC/USDT", "--strategy ema_cross", "--account"}) {
    const BinaryOutcome known = Run("scope set " + name);
    EXPECT_EQ(known.exit_code, 0) << known.text;
  }
  for (const std::string name : {"--symbol btc/usdt", "--strategy ema_cros"}) {
    const BinaryOutcome unknown = Run("scope set " + name);
    EXPECT_EQ(unknown.exit_code, 3) << unknown.text;
    EXPECT_THAT(unknown.text, HasSubstr("recorded, but it stops nothing"));
  }
}

TEST_F(SwitchCommandTest, StopsWithRedisAndTraderDead) {
  MakeLedger();

  const BinaryOutcome halt = Run("halt --reason drill");
  const BinaryOutcome kill = Run("kill");

  EXPECT_EQ(halt.exit_code, 0) << halt.text;
  EXPECT_THAT(halt.text, HasSubstr("Ledger: HALT on, sequence 1, "));
  EXPECT_THAT(halt.text, HasSubstr("Redis:  not reached: "));
  EXPECT_THAT(halt.text, HasSubstr("Orders: 0 cancelled, 0 filled first, 0 failed"));
  EXPECT_THAT(halt.text, HasSubstr("Venue:  not known: "));
  EXPECT_EQ(kill.exit_code, 0) << kill.text;
  EXPECT_THAT(kill.text, HasSubstr("Note:   the HALT is still on"));
  EXPECT_TRUE(Switches().halt.is_on);
  EXPECT_EQ(Switches().halt.reason, "drill");
  EXPECT_EQ(Switches().kill.reason, "no reason given");
}

TEST_F(SwitchCommandTest, ShowsTheStopAndItsEndInRedis) {
  MakeLedger();
  StartRedis();

  EXPECT_EQ(Run("halt --no-wait --reason drill").exit_code, 0);
  EXPECT_EQ(Get("SYSTEM:HALT"), "true");
  EXPECT_EQ(Run("kill --no-wait").exit_code, 0);
  EXPECT_EQ(Get("risk:kill_switch"), "active");
  EXPECT_EQ(Run("resume --no-wait --confirm RESUME").exit_code, 0);
  EXPECT_EQ(Get("SYSTEM:HALT"), "false");
  const BinaryOutcome early = Run("release --no-wait --confirm RELEASE");
  EXPECT_EQ(early.exit_code, 3);
  EXPECT_THAT(early.text, HasSubstr("the kill switch can be released in 60 min"));
  EXPECT_EQ(Get("risk:kill_switch"), "active");
  EXPECT_EQ(Run("release --no-wait --confirm RELEASE --set kill.cooldown=0s").exit_code, 0);
  EXPECT_EQ(Get("risk:kill_switch"), "inactive");
  EXPECT_EQ(Switches().kill.sequence, 4U);
}

TEST_F(SwitchCommandTest, ReleasesOnlyWithTheTypedWord) {
  MakeLedger();
  ASSERT_EQ(Run("halt").exit_code, 0);
  for (const char* line : {"resume", "resume --confirm resume", "release --confirm RESUME"}) {
    const BinaryOutcome outcome = Run(line);

    EXPECT_EQ(outcome.exit_code, 2) << line;
    EXPECT_THAT(outcome.text, HasSubstr("nothing changed"));
  }

  EXPECT_TRUE(Switches().halt.is_on);
}

TEST_F(SwitchCommandTest, StopsThroughRedisWhenTheLedgerIsNotThereAndSaysSo) {
  StartRedis();

  const BinaryOutcome halt = Run("halt");
  const BinaryOutcome resume = Run("resume --confirm RESUME");

  EXPECT_EQ(halt.exit_code, 3);
  EXPECT_THAT(halt.text, HasSubstr("NOT RECORDED"));
  EXPECT_THAT(halt.text, HasSubstr("is --data right?"));
  EXPECT_THAT(halt.text, HasSubstr("holds only while Redis keeps its key"));
  EXPECT_EQ(resume.exit_code, 3);
  EXPECT_EQ(Get("SYSTEM:HALT"), "true");
  EXPECT_FALSE(std::filesystem::exists(Data() / "ledger.db"));
}

// The ledger is held, so that the release waits between its look at the key and its record.
TEST_F(SwitchCommandTest, KeepsAStopThatIsSetWhileItReleasesAnOlderOne) {
  MakeLedger();
  StartRedis();
  ASSERT_EQ(Run("halt --no-wait").exit_code, 0);
  const auto ledger = sql::OpenSqlite(Data() / "ledger.db", {});
  ASSERT_TRUE(ledger && (*ledger)->Run("BEGIN IMMEDIATE"));
  BinaryOutcome resume;
  std::thread release([&] { resume = Run("resume --no-wait --confirm RESUME"); });
  const auto has_looked = [&] {
    const auto stats = connection_->Call({"INFO", "commandstats"});
    return stats && stats->text.find("cmdstat_watch:") != std::string::npos;
  };
  const base::Nanos deadline = base::MonotonicNow() + std::chrono::seconds{20};
  while (!has_looked() && base::MonotonicNow() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_TRUE(connection_->Call({"SET", "SYSTEM:HALT", "true"}));
  EXPECT_TRUE((*ledger)->Run("COMMIT"));
  release.join();

  EXPECT_EQ(resume.exit_code, 3);
  EXPECT_THAT(resume.text, HasSubstr("a newer HALT was set meanwhile: nothing is released"));
  EXPECT_THAT(resume.text, HasSubstr("Ledger: HALT on again, sequence 3"));
  EXPECT_EQ(Get("SYSTEM:HALT"), "true");
  EXPECT_TRUE(Switches().halt.is_on);
}

TEST_F(SwitchCommandTest, DoesNotTakeWhatADeadTraderLeftForAConfirmation) {
  MakeLedger();
  StartRedis();
  const RedisOpener open = [&] { return redis::Connection::Connect(server_->url()); };
  const SwitchRequest request{
      .which = model::Switch::kHalt, .is_on = true, .wait_max = std::chrono::milliseconds{60}};
  SetTrader(model::RunState::kHalted, base::WallNow() - std::chrono::hours{1});

  const SwitchReceipt unconfirmed = TurnSwitch(request, Data() / "ledger.db", open);
  SetTrader(model::RunState::kHalted, base::WallNow() + std::chrono::hours{1});
  const SwitchReceipt confirmed = TurnSwitch(request, Data() / "ledger.db", open);

  EXPECT_FALSE(unconfirmed.trader.has_value());
  EXPECT_THAT(DescribeReceipt(request, unconfirmed), HasSubstr("did not confirm"));
  ASSERT_TRUE(confirmed.trader.has_value());
  EXPECT_THAT(DescribeReceipt(request, confirmed), HasSubstr("Trader: confirmed, now halted"));
}

TEST(SwitchReceiptTest, ShowsWhatTheTraderSaysBesidesOurOwnReason) {
  const SwitchRequest request{.which = model::Switch::kHalt, .is_on = true};
  SwitchReceipt receipt;
  receipt.turn = model::SwitchTurn{.which = model::Switch::kHalt, .is_on = true, .reason = "drill"};
  receipt.trader = contract::SystemState{.state = model::RunState::kHalted, .reason = "drill"};

  EXPECT_THAT(DescribeReceipt(request, receipt), HasSubstr("now halted\n"));

  receipt.trader->reason = "flat but for a rest too small to sell";
  EXPECT_THAT(DescribeReceipt(request, receipt),
              HasSubstr("now halted; it says 'flat but for a rest too small to sell'\n"));
}

TEST(ConfirmsTest, ReadsTheStateAsTheStopsRank) {
  const auto state = [](model::RunState run) { return contract::SystemState{.state = run}; };

  EXPECT_TRUE(Confirms(state(model::RunState::kHalting), model::Switch::kHalt, true));
  EXPECT_FALSE(Confirms(state(model::RunState::kKilled), model::Switch::kHalt, true));
  EXPECT_TRUE(Confirms(state(model::RunState::kKilled), model::Switch::kHalt, false));
  EXPECT_TRUE(Confirms(state(model::RunState::kKilled), model::Switch::kKill, true));
  EXPECT_TRUE(Confirms(state(model::RunState::kHalted), model::Switch::kKill, true));
  EXPECT_FALSE(Confirms(state(model::RunState::kKilled), model::Switch::kKill, false));
  EXPECT_FALSE(Confirms(state(model::RunState::kStarting), model::Switch::kHalt, false));
}

}  // namespace
}  // namespace bulwark::app

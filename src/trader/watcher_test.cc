// Goal: a stop from either side closes the door at once, is never lost, and needs neither side
//       alone.
// Method: a real ledger and a real redis-server; each test makes the watcher turn until it has seen
//         it.

#include "trader/watcher.h"

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/result.h"
#include "base/time.h"
#include "engine/engine.h"
#include "ledger/approval_log.h"
#include "ledger/ledger.h"
#include "ledger/ledger_store.h"
#include "ledger/ledger_testing.h"
#include "ledger/recent_orders.h"
#include "ledger/recovered_books.h"
#include "ledger/scope_log.h"
#include "model/action.h"
#include "model/breaker.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/scoped_modes.h"
#include "model/stop_mode.h"
#include "model/switches.h"
#include "redis/connection.h"
#include "redis/dialer.h"
#include "redis/test_server.h"
#include "sql/sqlite_file.h"
#include "trader/exit_gate.h"
#include "trader/health.h"
#include "trader/queues.h"
#include "trader/trader_testing.h"

namespace bulwark::trader {
namespace {

using testing_support::Entry;
using testing_support::TakeAll;
using testing_support::Until;

// A real ledger whose calls a test can see coming, and whose reading can fail.
class StagedLedger final : public ledger::LedgerStore {
 public:
  explicit StagedLedger(std::unique_ptr<ledger::LedgerStore> real) : real_(std::move(real)) {}

  std::function<void(const model::SwitchTurn&)> before_turn = [](const model::SwitchTurn&) {};
  std::function<bool()> is_readable = [] { return true; };
  std::function<void()> after_read = [] {};

  base::Result<std::optional<std::string>> EnsureAccount(
      const ledger::AccountSetup& setup) override {
    return real_->EnsureAccount(setup);
  }
  base::Result<model::InstrumentTable> CompleteInstruments(
      const model::InstrumentTable& table) override {
    return real_->CompleteInstruments(table);
  }
  base::Result<std::uint64_t> BeginRun(const ledger::RunInfo& info,
                                       const model::InstrumentTable& table) override {
    return real_->BeginRun(info, table);
  }
  base::Result<ledger::CommitReceipt> Commit(std::uint64_t epoch,
                                             std::span<const model::Action> actions) override {
    return real_->Commit(epoch, actions);
  }
  base::Result<ledger::RecoveredBooks> Recover(const model::InstrumentTable& table) override {
    return real_->Recover(table);
  }
  base::Result<std::vector<ledger::RecentOrder>> RecentOrders(const model::InstrumentTable& table,
                                                              std::size_t changes) override {
    return real_->RecentOrders(table, changes);
  }
  base::Result<model::SwitchTurn> Turn(const model::SwitchTurn& turn) override {
    before_turn(turn);
    return real_->Turn(turn);
  }
  base::Result<model::SwitchState> ReadSwitches() override {
    if (!is_readable()) {
      return base::Fail(base::ErrorCode::kUnavailable, "the test takes the ledger away");
    }
    const auto read = real_->ReadSwitches();
    after_read();
    return read;
  }
  base::Result<ledger::ApprovalNews> ReadApprovals(std::uint64_t after) override {
    return real_->ReadApprovals(after);
  }
  base::Result<void> NoteBreaker(const model::BreakerRow& row) override {
    return real_->NoteBreaker(row);
  }
  base::Result<model::BreakerRecord> ReadBreakers() override { return real_->ReadBreakers(); }
  base::Result<model::ScopeTurn> TurnScope(const model::ScopeTurn& turn) override {
    return real_->TurnScope(turn);
  }
  base::Result<ledger::ScopeState> ReadScopes() override { return real_->ReadScopes(); }
  base::Result<std::uint64_t> LastEpoch() override { return real_->LastEpoch(); }

 private:
  std::unique_ptr<ledger::LedgerStore> real_;
};

class WatcherTest : public testing::Test {
 protected:
  WatcherTest() {
    health_.is_redis_writable.store(true);
    EXPECT_TRUE(Until([&] {
      watcher_.DoWork();
      return !IsClosed();
    }));
  }

  bool IsClosed() const { return gate_.Objection(Entry(1)) != nullptr; }
  // The newest permit after one more turn.
  std::optional<model::Permit> Permit() {
    watcher_.DoWork();
    const auto permits = TakeAll(queues_.permits);
    return permits.empty() ? std::nullopt : std::optional(permits.back());
  }
  std::string Get(const char* key) {
    const auto reply = connection_->Call({"GET", key});
    return reply && reply->AsText() ? std::string(*reply->AsText()) : "(none)";
  }
  bool TurnsUntilClosed(bool is_closed) {
    return Until([&] {
      watcher_.DoWork();
      return IsClosed() == is_closed;
    });
  }
  void Turn(model::Switch which, bool is_on) {
    ASSERT_TRUE(
        ledger_->Turn({.which = which, .is_on = is_on, .reason = "drill", .actor = "human"}));
  }

  redis::TestServer server_;
  std::unique_ptr<redis::Connection> connection_ = server_.Connect();
  ledger::testing_support::LedgerFolder folder_;
  std::unique_ptr<ledger::Ledger> ledger_ = folder_.Open();
  Queues queues_;
  Health health_;
  ExitGate gate_{false};
  Watcher watcher_{server_.url(), folder_.Open(), {}, queues_, health_, gate_};
};

TEST_F(WatcherTest, ClosesTheGateForAHaltInRedisAndWritesItIntoTheLedger) {
  ASSERT_TRUE(connection_->Call({"SET", "SYSTEM:HALT", "true"}).has_value());

  ASSERT_TRUE(TurnsUntilClosed(true));

  EXPECT_TRUE(ledger_->ReadSwitches()->halt.is_on);
  EXPECT_EQ(ledger_->ReadSwitches()->halt.actor, "redis");
  EXPECT_TRUE(Permit()->is_halted);

  ASSERT_TRUE(connection_->Call({"SET", "SYSTEM:HALT", "false"}).has_value());
  ASSERT_TRUE(TurnsUntilClosed(false));
  EXPECT_FALSE(ledger_->ReadSwitches()->halt.is_on);
}

TEST_F(WatcherTest, WritesTheHaltThatTheEngineWantsAndLetsAPersonEndIt) {
  health_.wants_halt.store(true);
  const auto permit = Permit();
  ASSERT_TRUE(permit);
  EXPECT_TRUE(permit->is_halted);
  EXPECT_EQ(permit->reason.view(), engine::kSessionLimitReason);
  EXPECT_TRUE(IsClosed());
  const auto halt = ledger_->ReadSwitches()->halt;
  EXPECT_TRUE(halt.is_on);
  EXPECT_EQ(halt.reason, engine::kSessionLimitReason);
  EXPECT_EQ(halt.actor, "system");
  EXPECT_TRUE(Until([&] {
    watcher_.DoWork();
    return Get("SYSTEM:HALT") == "true";
  }));
  health_.wants_halt.store(false);  // The engine heard of it.
  Turn(model::Switch::kHalt, false);
  Turn(model::Switch::kKill, false);  // It was set with the HALT.
  EXPECT_TRUE(TurnsUntilClosed(false));
}

// Between showing a turn and reading it back, the key was taken for the older word: a release in
// the ledger came back as a stop, and a stop in Redis was wiped out.
TEST_F(WatcherTest, HearsWhatIsSaidRightAfterItShowedATurn) {
  const auto shows = [&](const char* word) {
    return Until([&] {
      watcher_.DoWork();
      return Get("SYSTEM:HALT") == word;
    });
  };
  Turn(model::Switch::kHalt, true);
  ASSERT_TRUE(shows("true"));
  Turn(model::Switch::kHalt, false);
  Turn(model::Switch::kKill, false);  // It was set with the HALT.
  ASSERT_TRUE(shows("false"));
  EXPECT_FALSE(ledger_->ReadSwitches()->halt.is_on);

  ASSERT_TRUE(connection_->Call({"SET", "SYSTEM:HALT", "true"}).has_value());
  EXPECT_TRUE(Until([&] {
    watcher_.DoWork();
    return ledger_->ReadSwitches()->halt.is_on;
  }));
  EXPECT_EQ(Get("SYSTEM:HALT"), "true");
  EXPECT_TRUE(IsClosed());
}

TEST_F(WatcherTest, ClosesTheGateForATurnOfAnotherProgramAndShowsIt) {
  Turn(model::Switch::kKill, true);

  ASSERT_TRUE(TurnsUntilClosed(true));

  EXPECT_EQ(Get("risk:kill_switch"), "active");
  EXPECT_TRUE(Permit()->is_killed);
}

// Found by bulwark-sim: a run without commits never heard that it was fenced off, and went on
// showing its books.
TEST_F(WatcherTest, ClosesTheGateForGoodWhenANewerRunTookTheAccount) {
  ASSERT_TRUE(ledger_->EnsureAccount({}).has_value());
  const auto mine = ledger_->BeginRun({}, ledger::testing_support::Pairs());
  ASSERT_TRUE(mine.has_value());
  Watcher watcher(std::make_unique<redis::UrlDialer>(server_.url()), folder_.Open(), {},
                  {.queues = queues_, .health = health_, .exit_gate = gate_, .epoch = *mine});
  watcher.DoWork();
  ASSERT_FALSE(watcher.is_fenced());
  ASSERT_FALSE(IsClosed());
  const std::size_t permits = queues_.permits.size();

  ledger_.reset();  // Its lock goes with it, as with a machine that hangs.
  ASSERT_TRUE(folder_.Open()->BeginRun({}, ledger::testing_support::Pairs()).has_value());
  watcher.DoWork();

  EXPECT_TRUE(watcher.is_fenced());
  EXPECT_TRUE(IsClosed());
  EXPECT_EQ(queues_.permits.size(), permits);
}

TEST_F(WatcherTest, SetsTheKillSwitchOncePerHaltWithAndWithoutRedis) {
  Watcher watcher(
      std::make_unique<redis::UrlDialer>(server_.url()), folder_.Open(), {},
      {.queues = queues_, .health = health_, .exit_gate = gate_, .does_halt_kill = true});
  Turn(model::Switch::kHalt, true);
  watcher.DoWork();
  EXPECT_TRUE(ledger_->ReadSwitches()->kill.is_on);
  EXPECT_EQ(ledger_->ReadSwitches()->kill.reason, "HALT: drill");
  EXPECT_TRUE(TakeAll(queues_.permits).back().is_killed);
  EXPECT_TRUE(Until([&] {
    watcher.DoWork();
    return Get("risk:kill_switch") == "active" && Get("SYSTEM:HALT") == "true";
  }));

  Turn(model::Switch::kHalt, false);
  watcher.DoWork();
  EXPECT_TRUE(IsClosed()) << "the end of the halt alone lets entries pass";

  Turn(model::Switch::kHalt, true);
  Turn(model::Switch::kKill, false);
  watcher.DoWork();
  EXPECT_FALSE(ledger_->ReadSwitches()->kill.is_on) << "what a person released after the halt";

  ASSERT_EQ(::kill(*server_.server().pid(), SIGSTOP), 0);
  Turn(model::Switch::kHalt, true);
  EXPECT_TRUE(Until([&] {
    watcher.DoWork();
    return ledger_->ReadSwitches()->kill.is_on;
  }));
  ASSERT_EQ(::kill(*server_.server().pid(), SIGCONT), 0);
}

TEST_F(WatcherTest, TellsScopedStopsBeforeThePermitThatNamesThem) {
  const model::InstrumentTable table = ledger::testing_support::Pairs();
  Watcher watcher(
      std::make_unique<redis::UrlDialer>(server_.url()), folder_.Open(), {},
      {.queues = queues_, .health = health_, .exit_gate = gate_, .instruments = &table});
  watcher.DoWork();
  EXPECT_EQ(TakeAll(queues_.permits).back().scopes, 0U);
  model::Order order = Entry(1);
  order.instrument = {1};
  ASSERT_EQ(gate_.Objection(order), nullptr);
  const auto turned = ledger_->TurnScope({.scope = model::StopScope::kSymbol,
                                          .name = "ETH/USDT",
                                          .mode = model::StopMode::kReduceOnly});
  ASSERT_TRUE(turned.has_value());

  watcher.DoWork();

  EXPECT_EQ(TakeAll(queues_.permits).back().scopes, turned->sequence);
  std::vector<model::ScopesRead> told;
  for (const model::Event& event : TakeAll(queues_.guard_news)) {
    if (const auto* read = std::get_if<model::ScopesRead>(&event)) {
      told.push_back(*read);
    }
  }
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].modes.version, turned->sequence);
  EXPECT_EQ(told[0].modes.symbols[1], model::StopMode::kReduceOnly);
  EXPECT_NE(gate_.Objection(order), nullptr) << "the exit gate holds back what was on its way";
  order.instrument = {0};
  EXPECT_EQ(gate_.Objection(order), nullptr);
}

TEST_F(WatcherTest, RestoresAKeyThatIsDeletedWhileKilled) {
  Turn(model::Switch::kKill, true);
  ASSERT_TRUE(TurnsUntilClosed(true));
  ASSERT_TRUE(connection_->Call({"FLUSHALL"}).has_value());

  EXPECT_TRUE(Until([&] {
    watcher_.DoWork();
    EXPECT_TRUE(IsClosed());
    return Get("risk:kill_switch") == "active";
  }));
}

TEST_F(WatcherTest, DoesNotTakeAnUnknownWordForARelease) {
  Turn(model::Switch::kHalt, true);
  ASSERT_TRUE(TurnsUntilClosed(true));
  ASSERT_TRUE(connection_->Call({"SET", "SYSTEM:HALT", "banana"}).has_value());

  EXPECT_TRUE(Until([&] {
    watcher_.DoWork();
    EXPECT_TRUE(IsClosed());
    return Get("SYSTEM:HALT") == "true";
  }));
}

TEST_F(WatcherTest, RaisesOneAlertForEachChangeToWhatNobodyShouldWrite) {
  const struct {
    std::initializer_list<std::string_view> write;
    const char* reason;
  } examples[] = {
      {{"SET", "SYSTEM:HALT", "banana\n"}, "SYSTEM:HALT said 'banana?': taken for a stop"},
      {{"SET", "SYSTEM:HALT", "maybe"}, "SYSTEM:HALT said 'maybe': taken for a stop"},
      {{"SET", "risk:kill_switch", "off"}, "risk:kill_switch said 'off': taken for a stop"},
      {{"SET", "risk:kill_switch", "inactive"},
       "risk:kill_switch said 'inactive': releases nothing"}};
  for (const auto& example : examples) {
    ASSERT_TRUE(connection_->Call(example.write).has_value());
    std::vector<model::AlertRaised> alerts;
    EXPECT_TRUE(Until([&] {
      watcher_.DoWork();
      alerts = TakeAll(queues_.switch_alerts);
      return !alerts.empty();
    }));
    ASSERT_EQ(alerts.size(), 1U);
    EXPECT_EQ(alerts[0].event.view(), "SWITCH_KEY_WRONG");
    EXPECT_EQ(alerts[0].level, model::AlertLevel::kCritical);
    EXPECT_EQ(alerts[0].reason.view(), example.reason);
    for (int turn = 0; turn < 5; ++turn) {
      watcher_.DoWork();
    }
    EXPECT_TRUE(TakeAll(queues_.switch_alerts).empty());
  }
  EXPECT_TRUE(IsClosed());
}

// The ledger is held, so that nobody can mend the key.
TEST_F(WatcherTest, RaisesOneAlertAlsoForAForeignTypeThatStays) {
  const auto other = sql::OpenSqlite(folder_.file(), {});
  ASSERT_TRUE((*other)->Run("BEGIN IMMEDIATE"));
  ASSERT_TRUE(connection_->Call({"DEL", "SYSTEM:HALT"}).has_value());
  ASSERT_TRUE(connection_->Call({"RPUSH", "SYSTEM:HALT", "true"}).has_value());
  ASSERT_TRUE(TurnsUntilClosed(true));
  watcher_.DoWork();

  std::size_t foreign = 0;
  for (const model::AlertRaised& alert : TakeAll(queues_.switch_alerts)) {
    foreign += alert.reason.view() == "SYSTEM:HALT had a foreign type: taken for a stop" ? 1U : 0U;
  }
  EXPECT_EQ(foreign, 1U);
  ASSERT_TRUE((*other)->Run("COMMIT"));
}

TEST_F(WatcherTest, ReadsTheKillSwitchInAnyCaseAndWithBlanks) {
  ASSERT_TRUE(connection_->Call({"SET", "risk:kill_switch", " Active\n"}).has_value());

  ASSERT_TRUE(TurnsUntilClosed(true));

  EXPECT_TRUE(ledger_->ReadSwitches()->kill.is_on);
  EXPECT_TRUE(TakeAll(queues_.switch_alerts).empty());
}

TEST_F(WatcherTest, HearsTheLedgerWhileRedisIsFrozen) {
  ASSERT_EQ(::kill(*server_.server().pid(), SIGSTOP), 0);
  Turn(model::Switch::kHalt, true);

  EXPECT_TRUE(TurnsUntilClosed(true));
  const auto permit = Permit();
  ASSERT_TRUE(permit.has_value());
  EXPECT_TRUE(permit->is_halted);
  EXPECT_FALSE(permit->is_redis_ok);
  ASSERT_EQ(::kill(*server_.server().pid(), SIGCONT), 0);
}

TEST_F(WatcherTest, KeepsAStopThatTheLedgerCouldNotTakeWhenRedisGoesAwayToo) {
  const auto other = sql::OpenSqlite(folder_.file(), {});
  ASSERT_TRUE((*other)->Run("BEGIN IMMEDIATE"));
  ASSERT_TRUE(connection_->Call({"SET", "SYSTEM:HALT", "true"}).has_value());
  ASSERT_TRUE(TurnsUntilClosed(true));

  ASSERT_EQ(::kill(*server_.server().pid(), SIGSTOP), 0);
  for (int turn = 0; turn < 5; ++turn) {
    watcher_.DoWork();
    EXPECT_TRUE(IsClosed());
  }
  ASSERT_EQ(::kill(*server_.server().pid(), SIGCONT), 0);
}

// Found by bulwark-sim: while a release waited for the ledger, the door was open and a new stop
// went unseen.
TEST_F(WatcherTest, StaysClosedUntilTheLedgerTookAReleaseAndThenHearsANewStop) {
  ASSERT_TRUE(connection_->Call({"SET", "SYSTEM:HALT", "true"}).has_value());
  ASSERT_TRUE(TurnsUntilClosed(true));
  watcher_.DoWork();  // Both sides agree now.
  auto ledger = std::make_unique<StagedLedger>(folder_.Open());
  StagedLedger& stage = *ledger;
  Watcher watcher(std::make_unique<redis::UrlDialer>(server_.url()), std::move(ledger), {},
                  {.queues = queues_, .health = health_, .exit_gate = gate_});
  watcher.DoWork();
  int releases = 0;
  stage.before_turn = [&](const model::SwitchTurn& turn) {
    if (!turn.is_on && ++releases == 1) {
      EXPECT_TRUE(IsClosed());
      EXPECT_TRUE(connection_->Call({"SET", "SYSTEM:HALT", "true"}).has_value());
    }
  };
  ASSERT_TRUE(connection_->Call({"SET", "SYSTEM:HALT", "false"}).has_value());

  EXPECT_TRUE(Until([&] {
    watcher.DoWork();
    EXPECT_TRUE(IsClosed());
    return releases == 1 && ledger_->ReadSwitches()->halt.is_on;
  }));
  EXPECT_EQ(Get("SYSTEM:HALT"), "true");
}

TEST_F(WatcherTest, ShowsAKillThoughTheDocumentBesideTheKeyTellsOfALaterTurn) {
  ASSERT_TRUE(connection_
                  ->Call({"SET", "risk:kill_switch:meta",
                          R"({"sequence": 999, "activated_at": "9999-01-01T00:00:00+00:00"})"})
                  .has_value());
  Turn(model::Switch::kKill, true);
  EXPECT_TRUE(TurnsUntilClosed(true));
  EXPECT_TRUE(Until([&] {
    watcher_.DoWork();
    return Get("risk:kill_switch") == "active";
  }));
}

// Found by bulwark-sim: the next round, which could read neither side, opened the door again.
TEST_F(WatcherTest, RemembersAStopThatItReadBetweenTwoRounds) {
  ASSERT_EQ(::kill(*server_.server().pid(), SIGSTOP), 0);
  auto ledger = std::make_unique<StagedLedger>(folder_.Open());
  StagedLedger& stage = *ledger;
  Watcher watcher(std::make_unique<redis::UrlDialer>(server_.url()), std::move(ledger), {},
                  {.queues = queues_, .health = health_, .exit_gate = gate_});
  watcher.DoWork();
  ASSERT_FALSE(IsClosed());
  int reads = 0;
  stage.is_readable = [&] { return ++reads <= 2; };
  stage.after_read = [&] {
    if (reads == 1) {
      Turn(model::Switch::kKill, true);
    }
  };

  watcher.DoWork();  // Reads "off", then "on" while it waits.
  EXPECT_TRUE(IsClosed());
  watcher.DoWork();  // Reads nothing.

  EXPECT_TRUE(IsClosed());
  ASSERT_EQ(::kill(*server_.server().pid(), SIGCONT), 0);
}

TEST_F(WatcherTest, KeepsAStopThatNeitherLedgerNorRedisKept) {
  const auto other = sql::OpenSqlite(folder_.file(), {});
  ASSERT_TRUE((*other)->Run("BEGIN IMMEDIATE"));
  ASSERT_TRUE(connection_->Call({"SET", "SYSTEM:HALT", "true"}).has_value());
  ASSERT_TRUE(TurnsUntilClosed(true));
  ASSERT_TRUE(connection_->Call({"FLUSHALL"}).has_value());
  watcher_.DoWork();
  EXPECT_TRUE(IsClosed());

  ASSERT_TRUE((*other)->Run("COMMIT"));
  EXPECT_TRUE(Until([&] {
    watcher_.DoWork();
    EXPECT_TRUE(IsClosed());
    return ledger_->ReadSwitches()->halt.is_on && Get("SYSTEM:HALT") == "true";
  }));
}

}  // namespace
}  // namespace bulwark::trader

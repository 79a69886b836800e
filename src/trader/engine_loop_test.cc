// Goal: stops come before the venue's words and those before the market; nothing is taken while the
//       journal has no room for what it causes; latencies and telemetry are those of the contract.
// Method: a real engine whose strategy says what the test says, turned by hand; the test is every
//         other thread.

#include "trader/engine_loop.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/time.h"
#include "base/triple_buffer.h"
#include "engine/engine.h"
#include "ledger/ledger_testing.h"
#include "market/bar_builder.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/event.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/signal.h"
#include "model/telemetry.h"
#include "model/venue_report.h"
#include "risk/gate.h"
#include "stateplane/publisher.h"
#include "strategy/strategy.h"
#include "strategy/supervisor.h"
#include "trader/health.h"
#include "trader/latency_board.h"
#include "trader/queues.h"
#include "trader/trader_testing.h"

namespace bulwark::trader {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing_support::D;
using testing_support::TakeAll;

// Wants to be long after each bar while `is_eager`.
class EagerStrategy : public strategy::Strategy {
 public:
  explicit EagerStrategy(const bool& is_eager) : is_eager_(is_eager) {}

  std::optional<model::Signal> OnBar(const model::Bar& bar) override {
    if (!is_eager_) {
      return std::nullopt;
    }
    return model::Signal{.instrument = bar.instrument,
                         .direction = model::Direction::kLong,
                         .confidence = 1,
                         .strategy = name(),
                         .at = bar.received_at};
  }
  [[nodiscard]] model::StrategyName name() const override { return model::StrategyName("eager"); }
  [[nodiscard]] std::size_t warm_up_bars() const override { return 0; }

 private:
  const bool& is_eager_;
};

// Stands still until the test moves it.
class HandClock : public base::Clock {
 public:
  [[nodiscard]] base::UnixNanos WallNow() const override { return wall; }
  [[nodiscard]] base::Nanos MonotonicNow() const override { return wall.time_since_epoch(); }
  void Pause(base::Nanos /*span*/) const override {}

  base::UnixNanos wall{seconds{1'700'000'000}};
};

class EngineLoopTest : public testing::Test {
 protected:
  EngineLoopTest() {
    std::vector<std::unique_ptr<strategy::Strategy>> strategies;
    strategies.push_back(std::make_unique<EagerStrategy>(is_eager_));
    const std::vector<model::StrategyName> names = {model::StrategyName("eager")};
    engine_ = std::make_unique<engine::Engine>(
        engine::EngineOptions{.epoch = 3, .risk_fraction = D("0.1")},
        engine::EngineParts{.instruments = table_,
                            .bars = *market::BarBuilder::Create(seconds{1}, table_.size()),
                            .strategies = std::move(strategies),
                            .supervisor = *strategy::Supervisor::Create({}, names, table_.size()),
                            .gate = risk::Gate(risk::GateLimits{}),
                            .books = {.portfolio = {.cash = D("100000")}},
                            .anchor = std::nullopt});
    loop_ = std::make_unique<EngineLoop>(*engine_, EngineLoopPeers{.queues = queues_,
                                                                   .health = health_,
                                                                   .latencies = latencies_,
                                                                   .telemetry = telemetry_,
                                                                   .clock = clock_});
  }

  // Up to the state in which a signal becomes an order.
  void BringUp() {
    ASSERT_TRUE(queues_.reports.TryPush(model::VenueLink{.is_up = true, .at = now_}));
    ASSERT_TRUE(queues_.reports.TryPush(model::VenueBooks{.cash = D("100000"), .at = now_}));
    PushPermit(false);
    PushTick();
    loop_->DoWork();
    ASSERT_EQ(engine_->run_state(), model::RunState::kRunning);
    TakeAll(queues_.journal);
    now_ += seconds{2};
    clock_.wall = now_;
    is_eager_ = true;
  }
  void PushPermit(bool is_killed) {
    ASSERT_TRUE(queues_.permits.TryPush({.is_killed = is_killed,
                                         .is_redis_ok = true,
                                         .is_ledger_ok = true,
                                         .reason = model::Reason("test"),
                                         .at = now_}));
  }
  // The first tick of a new second ends the bar before it, and the strategy speaks.
  void PushTick() {
    ASSERT_TRUE(queues_.market.TryPush(model::Tick{.instrument = {0},
                                                   .price = D("50000"),
                                                   .size = D("1"),
                                                   .event_at = now_,
                                                   .received_at = now_}));
  }
  // Leaves room for `free` actions.
  void FillJournalUpTo(std::size_t free) {
    while (queues_.journal.free() > free) {
      ASSERT_TRUE(queues_.journal.TryPush(model::AlertRaised{}));
    }
  }
  template <class T>
  static std::vector<T> Only(const std::vector<model::Action>& actions) {
    std::vector<T> chosen;
    for (const model::Action& action : actions) {
      if (const auto* what = std::get_if<T>(&action)) {
        chosen.push_back(*what);
      }
    }
    return chosen;
  }
  model::Order Enter() {
    PushPermit(false);
    PushTick();
    loop_->DoWork();
    const auto sent = Only<model::SendOrder>(TakeAll(queues_.journal));
    EXPECT_EQ(sent.size(), 1U);
    is_eager_ = false;
    return sent.empty() ? model::Order() : sent[0].order;
  }
  std::optional<base::Nanos> Latency(stateplane::Latency which) {
    return latencies_.Take(which, {0});
  }

  model::InstrumentTable table_ = ledger::testing_support::Pairs();
  bool is_eager_ = false;
  HandClock clock_;
  base::UnixNanos now_ = clock_.wall;
  Queues queues_;
  Health health_;
  LatencyBoard latencies_;
  base::TripleBuffer<model::Telemetry> telemetry_{model::Telemetry(2)};
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<EngineLoop> loop_;
};

TEST_F(EngineLoopTest, GivesWhatTheEngineDecidesToTheJournal) {
  BringUp();

  const model::Order order = Enter();

  EXPECT_EQ(order.instrument.index, 0);
  EXPECT_FALSE(loop_->is_idle());
}

// Both wait in the same cycle, the tick first.
TEST_F(EngineLoopTest, TakesAStopBeforeTheMarket) {
  BringUp();
  PushTick();
  PushPermit(/*is_killed=*/true);

  loop_->DoWork();

  const auto actions = TakeAll(queues_.journal);
  EXPECT_TRUE(Only<model::SendOrder>(actions).empty());
  EXPECT_EQ(Only<model::OrderDenied>(actions).size(), 1U);
  EXPECT_TRUE(loop_->is_idle());
}

TEST_F(EngineLoopTest, TakesTheVenuesWordsBeforeTheMarket) {
  BringUp();
  PushPermit(false);
  PushTick();
  ASSERT_TRUE(queues_.reports.TryPush(model::VenueLink{.is_up = false, .at = now_}));

  loop_->DoWork();

  EXPECT_TRUE(Only<model::SendOrder>(TakeAll(queues_.journal)).empty());
}

TEST_F(EngineLoopTest, TakesNothingWhileTheJournalHasNoRoomAndGoesOnWhenItHas) {
  BringUp();
  FillJournalUpTo(model::ActionBuffer::kCapacity - 1);
  PushPermit(false);
  PushTick();

  EXPECT_EQ(loop_->DoWork(), 0);

  EXPECT_EQ(health_.cycles_held_back.load(), 1U);
  EXPECT_EQ(queues_.market.size(), 1U);
  EXPECT_EQ(queues_.permits.size(), 1U);
  EXPECT_EQ(queues_.journal.free(), model::ActionBuffer::kCapacity - 1);

  TakeAll(queues_.journal);
  EXPECT_EQ(loop_->DoWork(), 2);
  EXPECT_EQ(Only<model::SendOrder>(TakeAll(queues_.journal)).size(), 1U);
}

TEST_F(EngineLoopTest, DropsOnlyNoticesWhenTheJournalIsNearlyFullAndCountsThem) {
  BringUp();
  PushPermit(false);
  PushTick();
  FillJournalUpTo((2 * model::ActionBuffer::kCapacity) - 1);

  loop_->DoWork();

  const auto actions = TakeAll(queues_.journal);
  EXPECT_EQ(Only<model::SendOrder>(actions).size(), 1U);
  EXPECT_EQ(Only<model::OrderChanged>(actions).size(), 1U);
  EXPECT_TRUE(Only<model::SignalGenerated>(actions).empty());
  EXPECT_EQ(health_.notices_dropped.load(), 1U);
}

TEST_F(EngineLoopTest, MeasuresTheLatenciesOfTheContractOncePerOrder) {
  BringUp();
  clock_.wall += milliseconds{5};
  const model::Order order = Enter();
  EXPECT_EQ(Latency(stateplane::Latency::kTickToDecision), milliseconds{5});
  EXPECT_FALSE(Latency(stateplane::Latency::kTickToFill).has_value());
  model::Fill fill = ledger::testing_support::MakeFill(order, "t1", "0.01", "50000");

  clock_.wall += milliseconds{20};
  ASSERT_TRUE(queues_.reports.TryPush(model::OrderFilled{.fill = fill}));
  loop_->DoWork();

  EXPECT_EQ(Latency(stateplane::Latency::kDecisionToFill), milliseconds{20});
  EXPECT_EQ(Latency(stateplane::Latency::kTickToFill), milliseconds{25});

  fill.trade_id = model::TradeId("t2");
  ASSERT_TRUE(queues_.reports.TryPush(model::OrderFilled{.fill = fill}));
  loop_->DoWork();
  EXPECT_FALSE(Latency(stateplane::Latency::kDecisionToFill).has_value()) << "not its first answer";
}

TEST_F(EngineLoopTest, MeasuresNoFillOfAnOrderThatWasNeverSent) {
  BringUp();
  const model::Order order = Enter();

  ASSERT_TRUE(queues_.reports.TryPush(model::OrderNotSent{
      .order_id = order.id, .reason = model::Reason("redis unavailable"), .at = now_}));
  loop_->DoWork();

  EXPECT_TRUE(loop_->is_idle());
  EXPECT_FALSE(Latency(stateplane::Latency::kDecisionToFill).has_value());
}

TEST_F(EngineLoopTest, SharesTelemetryWhenItIsAskedFor) {
  BringUp();
  EXPECT_FALSE(telemetry_.Take());

  health_.wants_telemetry.store(true);
  loop_->DoWork();

  ASSERT_TRUE(telemetry_.Take());
  EXPECT_EQ(telemetry_.reading().cash, D("100000"));
  EXPECT_EQ(telemetry_.reading().ticks, 1U);
  EXPECT_FALSE(health_.wants_telemetry.load());
}

TEST_F(EngineLoopTest, EntersNothingAfterAShutdownWasAskedFor) {
  BringUp();
  loop_->RequestShutdown();
  loop_->DoWork();
  PushPermit(false);
  PushTick();

  loop_->DoWork();

  EXPECT_TRUE(Only<model::SendOrder>(TakeAll(queues_.journal)).empty());
}

TEST_F(EngineLoopTest, CountsItsCyclesAlsoWithoutWork) {
  loop_->DoWork();
  loop_->DoWork();

  EXPECT_EQ(health_.engine_cycles.load(), 2U);
  EXPECT_EQ(health_.cycles_held_back.load(), 0U);
}

TEST_F(EngineLoopTest, ReadsOfALostFeedOnlyBehindItsLastTick) {
  BringUp();
  is_eager_ = false;
  PushTick();
  ASSERT_TRUE(queues_.feed_links.TryPush(
      {.is_up = false, .reason = model::Reason("gone"), .at = now_ + seconds{1}}));

  loop_->DoWork();
  EXPECT_EQ(queues_.feed_links.size(), 1U);
  loop_->DoWork();

  EXPECT_EQ(queues_.feed_links.size(), 0U);
}

}  // namespace
}  // namespace bulwark::trader

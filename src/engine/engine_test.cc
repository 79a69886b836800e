// Goal: the engine enters only with everything proven, stops when told, and is a function of its
//       events.
// Method: a strategy that does what the test says, and a venue played by hand; then the same random
//         events twice, and a count of allocations.

#include "engine/engine.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "engine/engine_testing.h"
#include "market/bar_builder.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/signal.h"
#include "risk/gate.h"
#include "strategy/ema_cross.h"
#include "strategy/mean_reversion.h"
#include "strategy/strategy.h"
#include "strategy/supervisor.h"

namespace {

std::atomic<std::uint64_t> allocations{0};

}  // namespace

// Counts what the program under test allocates; hands the work to malloc. Not inlined: GCC 12 would
// take the half of a pair that it inlined for a mismatch with the other.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) {
    return memory;
  }
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}

namespace bulwark::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing_support::D;

constexpr base::UnixNanos kStart{seconds{1'700'000'000}};

// Says on the next bar what the test put into `next`.
class ScriptedStrategy : public strategy::Strategy {
 public:
  explicit ScriptedStrategy(std::optional<model::Direction>& next) : next_(next) {}

  std::optional<model::Signal> OnBar(const model::Bar& bar) override {
    if (!next_) {
      return std::nullopt;
    }
    const model::Signal signal{.instrument = bar.instrument,
                               .direction = *next_,
                               .confidence = 1,
                               .strategy = name(),
                               .at = bar.received_at};
    next_ = std::nullopt;
    return signal;
  }
  [[nodiscard]] model::StrategyName name() const override {
    return model::StrategyName("scripted");
  }
  [[nodiscard]] std::size_t warm_up_bars() const override { return 0; }

 private:
  std::optional<model::Direction>& next_;
};

class EngineTest : public testing_support::EngineFixture {
 protected:
  EngineTest() {
    AddInstrument("BTCUSDT");
    AddInstrument("ETHUSDT");
    Start({.portfolio = {.cash = D("100000")}});
  }

  void Start(oms::OpeningBooks books) {
    Build({.strategy = std::make_unique<ScriptedStrategy>(next_),
           .options = {.epoch = 3, .risk_fraction = D("0.1"), .limit_entries = limit_entries_},
           .books = std::move(books)});
  }

  // Lets a bar end so that the strategy speaks; answers the orders that were sent.
  std::vector<model::Order> Say(model::Direction direction) {
    next_ = direction;
    out_.Clear();
    now_ += seconds{2};
    Permit();
    Tick("50000");
    return Sent();
  }

  void FillAll(const model::Order& order) {
    Give(model::OrderSent{.order_id = order.id, .at = now_});
    Fill(order, "50000", order.quantity);
  }

  std::optional<model::Direction> next_;
  std::vector<model::StrategyName> limit_entries_;
};

TEST_F(EngineTest, SendsAnEntryOnceEverythingIsProven) {
  BringUp();
  const auto sent = Say(model::Direction::kLong);

  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].quantity, D("0.2"));
  EXPECT_EQ(sent[0].reserved_cash, D("10100"));
  EXPECT_EQ(sent[0].id, base::Uuid::Derive(1, 3, 1));
  EXPECT_EQ(engine_->run_state(), model::RunState::kRunning);
}

TEST_F(EngineTest, SendsNothingBeforeTheFirstPermit) {
  Give(model::VenueLink{.is_up = true, .at = now_});
  Give(model::VenueBooks{.cash = D("100000"), .at = now_});
  Tick("50000");
  next_ = model::Direction::kLong;
  now_ += seconds{2};
  Tick("50000");

  EXPECT_TRUE(Sent().empty());
  ASSERT_EQ(All<model::OrderDenied>().size(), 1U);
  EXPECT_EQ(All<model::OrderDenied>()[0].denial.code, model::DenialCode::kHalted);
}

TEST_F(EngineTest, EntersByLimitOrderWhereConfiguredAndCancelsItWhenItGetsOld) {
  limit_entries_ = {model::StrategyName("scripted")};
  Start({.portfolio = {.cash = D("100000")}});
  BringUp();
  const auto sent = Say(model::Direction::kLong);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].limit_price, D("50000"));
  Give(model::OrderSent{.order_id = sent[0].id, .at = now_});

  out_.Clear();
  now_ += seconds{11};
  Give(model::Timer{.at = now_});

  EXPECT_EQ(All<model::SendCancel>().size(), 1U);
}

TEST_F(EngineTest, ClosesTheWholePositionOnAFlatSignal) {
  BringUp();
  FillAll(Say(model::Direction::kLong).at(0));
  const auto sent = Say(model::Direction::kFlat);

  ASSERT_EQ(sent.size(), 1U);
  EXPECT_TRUE(sent[0].reduce_only);
  EXPECT_EQ(sent[0].quantity, D("0.2"));
}

TEST_F(EngineTest, LiquidatesUnderHaltAndThenStaysHalted) {
  BringUp();
  FillAll(Say(model::Direction::kLong).at(0));
  const auto working = Say(model::Direction::kLong).at(0);
  Give(model::OrderSent{.order_id = working.id, .at = now_});

  out_.Clear();
  Permit(/*is_halted=*/true);
  ASSERT_EQ(All<model::SendCancel>().size(), 1U);
  ASSERT_EQ(Sent().size(), 1U);
  EXPECT_EQ(Sent()[0].origin, model::Origin::kLiquidation);
  EXPECT_EQ(engine_->run_state(), model::RunState::kHalting);

  const model::Order liquidation = Sent()[0];
  Give(model::OrderEnded{.order_id = working.id, .at = now_});
  FillAll(liquidation);
  EXPECT_EQ(engine_->run_state(), model::RunState::kHalted);
  EXPECT_EQ(engine_->oms().portfolio().positions[0].owned(), D("0"));

  next_ = model::Direction::kLong;
  out_.Clear();
  now_ += seconds{2};
  Permit(/*is_halted=*/true);
  Tick("50000");
  EXPECT_TRUE(Sent().empty());

  EXPECT_EQ(Say(model::Direction::kLong).size(), 1U);
}

TEST_F(EngineTest, TriesTheLiquidationAgainWhenTheVenueRejectsIt) {
  BringUp();
  FillAll(Say(model::Direction::kLong).at(0));
  out_.Clear();
  Permit(/*is_halted=*/true);
  const model::Order first = Sent().at(0);
  Give(model::OrderEnded{.order_id = first.id, .end = model::OrderEnd::kRejected, .at = now_});

  out_.Clear();
  now_ += milliseconds{250};
  Give(model::Timer{.at = now_});

  ASSERT_EQ(Sent().size(), 1U);
  EXPECT_EQ(Sent()[0].quantity, D("0.2"));
}

// A venue that is away refuses each request at once: asking again at once would never end.
TEST_F(EngineTest, AsksForARefusedCancelAgainAfterAPause) {
  BringUp();
  const auto working = Say(model::Direction::kLong);
  ASSERT_EQ(working.size(), 1U);
  for (const auto& [is_halted, is_killed] : {std::pair{true, false}, std::pair{false, true}}) {
    now_ += seconds{1};
    out_.Clear();
    Permit(is_halted, is_killed);
    ASSERT_EQ(All<model::SendCancel>().size(), 1U);
    for (int refusals = 0; refusals < 5; ++refusals) {
      Give(model::CancelRejected{.order_id = working[0].id, .at = now_});
      Give(model::Timer{.at = now_ += milliseconds{20}});
    }
    EXPECT_EQ(All<model::SendCancel>().size(), 1U);
    Give(model::Timer{.at = now_ += seconds{1}});
    EXPECT_EQ(All<model::SendCancel>().size(), 2U);
    Give(model::CancelRejected{.order_id = working[0].id, .at = now_});
    Permit();
  }
}

TEST_F(EngineTest, CancelsAndKeepsPositionsUnderTheKillSwitch) {
  BringUp();
  FillAll(Say(model::Direction::kLong).at(0));
  const auto working = Say(model::Direction::kLong).at(0);
  out_.Clear();
  Permit(/*is_halted=*/false, /*is_killed=*/true);

  ASSERT_EQ(All<model::SendCancel>().size(), 1U);
  EXPECT_EQ(All<model::SendCancel>()[0].order_id, working.id);
  EXPECT_TRUE(Sent().empty());
  EXPECT_EQ(engine_->run_state(), model::RunState::kKilled);
  EXPECT_EQ(engine_->oms().portfolio().positions[0].owned(), D("0.2"));
}

TEST_F(EngineTest, TreatsASilentFeedAsLostAndSaysWhenItIsBack) {
  BringUp();
  out_.Clear();
  now_ += seconds{6};
  Permit();
  Give(model::Timer{.at = now_});

  ASSERT_EQ(All<model::FeedStateChanged>().size(), 1U);
  EXPECT_FALSE(All<model::FeedStateChanged>()[0].is_up);
  EXPECT_EQ(engine_->run_state(), model::RunState::kReduceOnly);

  Tick("50000");
  EXPECT_TRUE(All<model::FeedStateChanged>().back().is_up);
  EXPECT_EQ(engine_->run_state(), model::RunState::kRunning);
}

TEST_F(EngineTest, StopsEntriesWhenABookingLeavesDoubt) {
  BringUp();
  Give(model::OrderFilled{.fill = {.order_id = base::Uuid::Derive(9, 9, 9),
                                   .trade_id = model::TradeId("X"),
                                   .price = D("50000"),
                                   .quantity = D("0.1")}});
  EXPECT_TRUE(Say(model::Direction::kLong).empty());
  ASSERT_EQ(All<model::OrderDenied>().size(), 1U);
  EXPECT_EQ(All<model::OrderDenied>()[0].denial.code, model::DenialCode::kBooksUnreconciled);
}

TEST_F(EngineTest, StopsEntriesWhileTheVenueHoldsSomethingElse) {
  BringUp();
  Give(model::VenueBooks{.cash = D("99999.99999999"), .at = now_});
  EXPECT_EQ(All<model::AlertRaised>().back().reason.view(), "cash differs from the venue's");
  EXPECT_TRUE(Say(model::Direction::kLong).empty());

  // A comparison that has seen other fills than we have says nothing.
  Give(model::VenueBooks{.cash = D("100000"), .fill_sequence = 7, .at = now_});
  EXPECT_EQ(engine_->run_state(), model::RunState::kReduceOnly);
  Give(model::VenueBooks{.cash = D("100000"), .at = now_});
  EXPECT_EQ(engine_->run_state(), model::RunState::kRunning);
}

TEST_F(EngineTest, EntersNothingOnAFirstLookThatDidNotCompareOrders) {
  BringUp();
  Give(model::VenueBooks{.cash = D("100000"), .is_first_look = true, .at = now_});

  EXPECT_EQ(engine_->run_state(), model::RunState::kReduceOnly);
  for (const model::AlertRaised& alert : All<model::AlertRaised>()) {
    EXPECT_NE(alert.event.view(), "OMS_RECONCILE_FAILED") << "nothing differs so far";
  }
  EXPECT_TRUE(Say(model::Direction::kLong).empty());

  Give(model::VenueBooks{.cash = D("100000"), .at = now_});
  EXPECT_EQ(engine_->run_state(), model::RunState::kRunning);
}

TEST_F(EngineTest, SaysWhenTheVenueHasLostFillsThatWeBooked) {
  Start({.portfolio = {.cash = D("100000")}, .venue_sequence = 3});
  Give(model::VenueBooks{.cash = D("100000"), .fill_sequence = 2, .at = now_});

  ASSERT_EQ(All<model::AlertRaised>().size(), 1U);
  EXPECT_EQ(All<model::AlertRaised>()[0].reason.view(),
            "the venue knows fewer fills than we booked");
}

TEST_F(EngineTest, CancelsAndEntersNoMoreWhenTheProgramEnds) {
  BringUp();
  const auto working = Say(model::Direction::kLong).at(0);
  out_.Clear();
  Give(model::Shutdown{.at = now_});

  ASSERT_EQ(All<model::SendCancel>().size(), 1U);
  EXPECT_EQ(All<model::SendCancel>()[0].order_id, working.id);
  Give(model::OrderEnded{.order_id = working.id});
  EXPECT_TRUE(Say(model::Direction::kLong).empty());
}

TEST_F(EngineTest, DoesNotGuessTheValueOfAPositionWithoutAPrice) {
  oms::OpeningBooks books{.portfolio = {.cash = D("100")}};
  books.portfolio.positions[1].quantity = D("2");
  Start(books);
  Tick("50000");
  EXPECT_EQ(engine_->Equity(), std::nullopt);

  Tick("10", 1);
  EXPECT_EQ(engine_->Equity(), D("120"));
}

TEST_F(EngineTest, AnchorsEachDayEachWeekAndTheBeginningOnce) {
  const auto count = [&](model::AnchorKind kind) {
    const auto all = All<model::AnchorSet>();
    return std::count_if(all.begin(), all.end(), [&](auto& set) { return set.kind == kind; });
  };
  BringUp();
  for (int hours = 0; hours < 24 * 15; ++hours) {
    Give(model::Timer{.at = now_ + std::chrono::hours{hours}});
  }

  EXPECT_EQ(count(model::AnchorKind::kDay), 16);  // It began at 22:13.
  EXPECT_EQ(count(model::AnchorKind::kWeek), 3);  // On a Tuesday.
  EXPECT_EQ(count(model::AnchorKind::kInception), 1);
}

// An engine with the real strategies, driven by seeded random events.
class RandomRun {
 public:
  explicit RandomRun(std::uint64_t seed) : random_(seed) {
    (void)instruments_.Add(*model::DefaultInstrument("BTCUSDT"));
    std::vector<std::unique_ptr<strategy::Strategy>> strategies;
    strategies.push_back(*strategy::EmaCross::Create({}, 1));
    strategies.push_back(*strategy::MeanReversion::Create({}, 1));
    const std::vector<model::StrategyName> names = {strategies[0]->name(), strategies[1]->name()};
    engine_ = std::make_unique<Engine>(
        EngineOptions{.risk_fraction = D("0.1")},
        EngineParts{.instruments = instruments_,
                    .bars = *market::BarBuilder::Create(seconds{1}, 1),
                    .strategies = std::move(strategies),
                    .supervisor = *strategy::Supervisor::Create({}, names, 1),
                    .gate = risk::Gate(risk::GateLimits{}),
                    .books = {.portfolio = {.cash = D("100000")}},
                    .anchor = std::nullopt});
    Process(model::VenueLink{.is_up = true, .at = now_});
    Process(model::VenueBooks{.cash = D("100000"), .at = now_});
  }

  void Step() {
    now_ += milliseconds{100 + random_() % 400};
    Process(model::Permit{.is_redis_ok = true, .is_ledger_ok = true, .at = now_});
    price_ +=
        base::Decimal::FromRaw((static_cast<std::int64_t>(random_() % 2001) - 1000) * 10'000'000);
    Process(model::Tick{.price = price_, .size = D("1"), .event_at = now_, .received_at = now_});
  }

  void Process(const model::Event& event) {
    out_.Clear();
    const std::uint64_t before = allocations;
    engine_->Process(event, out_);
    allocated_ += allocations - before;
    // The venue fills whatever is sent, at once.
    for (const model::Action& action : std::vector<model::Action>(out_.begin(), out_.end())) {
      if (const auto* send = std::get_if<model::SendOrder>(&action)) {
        ids_.push_back(send->order.id);
        Process(model::OrderFilled{
            .fill = {.order_id = send->order.id,
                     .trade_id = model::TradeId("T" + std::to_string(ids_.size())),
                     .instrument = send->order.instrument,
                     .side = send->order.side,
                     .price = price_,
                     .quantity = send->order.quantity}});
      }
    }
  }

  model::InstrumentTable instruments_;
  std::mt19937_64 random_;
  std::unique_ptr<Engine> engine_;
  model::ActionBuffer out_;
  base::UnixNanos now_ = kStart;
  base::Decimal price_ = D("50000");
  std::vector<model::OrderId> ids_;
  std::uint64_t allocated_ = 0;
};

TEST(EngineRunTest, GivesTheSameActionsForTheSameEvents) {
  RandomRun first(5);
  RandomRun second(5);
  for (int step = 0; step < 5'000; ++step) {
    first.Step();
    second.Step();
  }
  EXPECT_GT(first.ids_.size(), 10U);
  EXPECT_EQ(first.ids_, second.ids_);
  EXPECT_EQ(first.engine_->oms().portfolio(), second.engine_->oms().portfolio());
}

TEST(EngineRunTest, AllocatesNothingPerEvent) {
  RandomRun run(5);
  run.allocated_ = 0;
  for (int step = 0; step < 5'000; ++step) {
    run.Step();
  }
  EXPECT_GT(run.ids_.size(), 10U);
  EXPECT_EQ(run.allocated_, 0U);
}

}  // namespace
}  // namespace bulwark::engine

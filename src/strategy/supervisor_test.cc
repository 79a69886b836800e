// Goal: several opinions become at most one decision, by the rules of the header and in their
//       order.
// Method: one table of opinions per rule, then a count of the heap's use over everything a bar
//         touches.

#include "strategy/supervisor.h"

#include <array>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/result.h"
#include "base/uuid.h"
#include "market/bar_builder.h"
#include "market/candle_ring.h"
#include "model/signal.h"
#include "strategy/ema_cross.h"
#include "strategy/mean_reversion.h"

namespace {
std::size_t allocations = 0;
}  // namespace

// The whole test program counts its allocations; one test reads the count. Not inlined: GCC 12
// would take the half of a pair that it inlined for a mismatch with the other.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) {
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

namespace bulwark::strategy {
namespace {

using model::Direction;

constexpr std::array kNames = {model::StrategyName("a"), model::StrategyName("b"),
                               model::StrategyName("c")};
const base::Uuid kDecisionId = base::Uuid::Derive(1, 2, 3);

Supervisor Of(const Supervisor::Options& options) {
  return *Supervisor::Create(options, kNames, 2);
}

model::Signal Says(std::string_view name, Direction direction, double confidence) {
  return {.direction = direction, .confidence = confidence, .strategy = model::StrategyName(name)};
}

std::optional<model::Decision> Bar(Supervisor& supervisor, std::vector<model::Signal> signals) {
  return supervisor.OnBar({.received_at = base::UnixNanos{base::Nanos{7}}}, signals, kDecisionId);
}

TEST(SupervisorTest, DecidesForTheHighestConfidence) {
  Supervisor supervisor = Of({});

  const auto decision =
      Bar(supervisor, {Says("a", Direction::kLong, 0.7), Says("b", Direction::kLong, 0.9),
                       Says("c", Direction::kShort, 0.8)});

  ASSERT_TRUE(decision.has_value());
  EXPECT_EQ(decision->direction, Direction::kLong);
  EXPECT_EQ(decision->confidence, 0.9);
  EXPECT_EQ(decision->strategy.view(), "b");
  EXPECT_EQ(decision->id, kDecisionId);
  EXPECT_EQ(decision->at, base::UnixNanos{base::Nanos{7}});
}

TEST(SupervisorTest, LetsAnyFlatWinWhateverItsConfidence) {
  Supervisor supervisor = Of({.min_agreeing = 2});

  const auto decision =
      Bar(supervisor, {Says("a", Direction::kLong, 0.9), Says("b", Direction::kFlat, 0.1),
                       Says("c", Direction::kFlat, 0.2)});

  ASSERT_TRUE(decision.has_value());
  EXPECT_EQ(decision->direction, Direction::kFlat);
  EXPECT_EQ(decision->strategy.view(), "c");
}

TEST(SupervisorTest, DecidesNothingBelowTheMinimumConfidence) {
  Supervisor supervisor = Of({.min_confidence = 0.6});

  EXPECT_FALSE(Bar(supervisor, {Says("a", Direction::kLong, 0.59)}).has_value());
  EXPECT_TRUE(Bar(supervisor, {Says("a", Direction::kLong, 0.6)}).has_value());
}

TEST(SupervisorTest, NeedsEnoughStrategiesOnTheSameSide) {
  Supervisor supervisor = Of({.min_agreeing = 2});

  EXPECT_FALSE(
      Bar(supervisor, {Says("a", Direction::kLong, 0.9), Says("b", Direction::kShort, 0.9)})
          .has_value());
  EXPECT_TRUE(Bar(supervisor, {Says("b", Direction::kLong, 0.8)}).has_value());
}

TEST(SupervisorTest, PrefersTheSideThatIsAgreedOnToTheSurestVoice) {
  Supervisor supervisor = Of({.min_agreeing = 2});

  const auto decision =
      Bar(supervisor, {Says("a", Direction::kShort, 1.0), Says("b", Direction::kLong, 0.7),
                       Says("c", Direction::kLong, 0.8)});

  ASSERT_TRUE(decision.has_value());
  EXPECT_EQ(decision->strategy.view(), "c");
}

TEST(SupervisorTest, RemembersAnOpinionForTheConfiguredBarsOnly) {
  for (const std::size_t silent_bars : {0U, 1U, 2U}) {
    Supervisor supervisor = Of({.min_agreeing = 2, .memory_bars = 3});
    EXPECT_FALSE(Bar(supervisor, {Says("a", Direction::kLong, 0.9)}).has_value());
    for (std::size_t i = 0; i < silent_bars; ++i) {
      EXPECT_FALSE(Bar(supervisor, {}).has_value());
    }

    const auto decision = Bar(supervisor, {Says("b", Direction::kLong, 0.7)});

    EXPECT_EQ(decision.has_value(), silent_bars < 2) << silent_bars;
  }
}

TEST(SupervisorTest, DecidesOnlyOnABarWithAFreshSignal) {
  Supervisor supervisor = Of({});
  EXPECT_TRUE(Bar(supervisor, {Says("a", Direction::kLong, 0.9)}).has_value());

  EXPECT_FALSE(Bar(supervisor, {}).has_value());
}

TEST(SupervisorTest, ForgetsTheOpinionsThatAFlatDecisionOverruled) {
  Supervisor supervisor = Of({.min_agreeing = 2});
  EXPECT_FALSE(Bar(supervisor, {Says("a", Direction::kLong, 0.9)}).has_value());
  EXPECT_TRUE(Bar(supervisor, {Says("c", Direction::kFlat, 0.9)}).has_value());

  EXPECT_FALSE(Bar(supervisor, {Says("b", Direction::kLong, 0.9)}).has_value());
}

TEST(SupervisorTest, KeepsInstrumentsApart) {
  Supervisor supervisor = Of({.min_agreeing = 2});
  EXPECT_FALSE(Bar(supervisor, {Says("a", Direction::kLong, 0.9)}).has_value());
  model::Signal other = Says("b", Direction::kLong, 0.9);
  other.instrument.index = 1;

  EXPECT_FALSE(supervisor.OnBar({.instrument = {1}}, std::array{other}, kDecisionId).has_value());
}

TEST(SupervisorTest, IgnoresAndCountsAConfidenceThatIsNone) {
  Supervisor supervisor = Of({});

  EXPECT_FALSE(
      Bar(supervisor, {Says("a", Direction::kLong, std::numeric_limits<double>::quiet_NaN()),
                       Says("b", Direction::kFlat, 1.5), Says("c", Direction::kLong, -1)})
          .has_value());
  EXPECT_EQ(supervisor.ignored_signals(), 3U);
}

TEST(SupervisorTest, GivesATieToTheStrategyNamedFirst) {
  Supervisor supervisor = Of({});

  const auto decision =
      Bar(supervisor, {Says("c", Direction::kLong, 0.9), Says("a", Direction::kLong, 0.9)});

  ASSERT_TRUE(decision.has_value());
  EXPECT_EQ(decision->strategy.view(), "a");
}

TEST(SupervisorTest, CreateRejectsOptionsThatMeanNothing) {
  for (const Supervisor::Options options :
       {Supervisor::Options{.min_confidence = 1.1}, Supervisor::Options{.min_agreeing = 0},
        Supervisor::Options{.min_agreeing = 4}, Supervisor::Options{.memory_bars = 0}}) {
    const auto supervisor = Supervisor::Create(options, kNames, 1);

    ASSERT_FALSE(supervisor.has_value());
    EXPECT_EQ(supervisor.error().code, base::ErrorCode::kInvalidArgument);
  }
  EXPECT_FALSE(Supervisor::Create({}, {}, 1).has_value());
}

TEST(SupervisorDeathTest, StopsTheProcessForAStrategyItWasNotToldOf) {
  Supervisor supervisor = Of({});

  EXPECT_DEATH(static_cast<void>(Bar(supervisor, {Says("x", Direction::kLong, 0.9)})),
               "ENSURE failed");
}

TEST(AllocationTest, NothingBetweenTickAndDecisionAllocates) {
  const auto cross = *EmaCross::Create({.fast_periods = 2, .slow_periods = 4}, 1);
  const auto reversion = *MeanReversion::Create({.band_periods = 5, .rsi_periods = 3}, 1);
  const std::array names = {cross->name(), reversion->name()};
  Supervisor supervisor = *Supervisor::Create({.min_confidence = 0}, names, 1);
  market::BarBuilder builder = *market::BarBuilder::Create(base::Nanos{10}, 1);
  market::CandleRing candles(1);
  std::array<model::Signal, 2> signals;
  std::size_t decisions = 0;
  const std::size_t before = allocations;

  for (int i = 0; i < 2'000; ++i) {
    const auto bar = builder.OnTick(
        {.price = base::Decimal::FromInt(1'000 + (i / 9) % 7 * 10 - (i / 31) % 5 * 10),
         .size = base::Decimal::FromInt(1),
         .event_at = base::UnixNanos{base::Nanos{i * 5}}});
    if (!bar) {
      continue;
    }
    candles.Push(*bar);
    std::size_t count = 0;
    for (const auto& signal : {cross->OnBar(*bar), reversion->OnBar(*bar)}) {
      if (signal) {
        signals[count++] = *signal;
      }
    }
    decisions += supervisor.OnBar(*bar, std::span(signals).first(count), kDecisionId) ? 1U : 0U;
  }

  EXPECT_EQ(allocations, before);
  EXPECT_GT(decisions, 10U);
}

}  // namespace
}  // namespace bulwark::strategy

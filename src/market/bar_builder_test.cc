// Goal: bars hold exactly the ticks of their interval, and the ring hands out the last ones in
//       order.
// Method: edges by hand, then random ticks against a model that keeps every tick.

#include "market/bar_builder.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "market/candle_ring.h"
#include "model/instrument.h"
#include "model/market_data.h"

namespace bulwark::market {
namespace {

using base::Decimal;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr base::UnixNanos kStart{seconds{1'700'000'040}};  // A whole minute.
constexpr model::InstrumentId kFirst{0};
constexpr model::InstrumentId kSecond{1};

BarBuilder OneMinute() {
  return *BarBuilder::Create(minutes{1}, 2);
}

model::Tick TickAt(base::UnixNanos at, std::int64_t price,
                   model::InstrumentId instrument = kFirst) {
  return {.instrument = instrument,
          .price = Decimal::FromInt(price),
          .size = Decimal::FromInt(2),
          .event_at = at,
          .received_at = at + seconds{5}};
}

TEST(BarBuilderTest, FinishesABarOnTheFirstTickOfALaterInterval) {
  BarBuilder builder = OneMinute();
  EXPECT_FALSE(builder.OnTick(TickAt(kStart + seconds{1}, 10)).has_value());
  EXPECT_FALSE(builder.OnTick(TickAt(kStart + seconds{2}, 14)).has_value());
  EXPECT_FALSE(builder.OnTick(TickAt(kStart + seconds{59}, 9)).has_value());

  const std::optional<model::Bar> bar = builder.OnTick(TickAt(kStart + seconds{60}, 11));

  ASSERT_TRUE(bar.has_value());
  EXPECT_EQ(bar->open, Decimal::FromInt(10));
  EXPECT_EQ(bar->high, Decimal::FromInt(14));
  EXPECT_EQ(bar->low, Decimal::FromInt(9));
  EXPECT_EQ(bar->close, Decimal::FromInt(9));
  EXPECT_EQ(bar->volume, Decimal::FromInt(6));
  EXPECT_EQ(bar->open_at, kStart);
  EXPECT_EQ(bar->close_at, kStart + minutes{1});
  EXPECT_EQ(bar->received_at, kStart + seconds{65});
  EXPECT_EQ(builder.open_bar(kFirst)->open, Decimal::FromInt(11));
}

TEST(BarBuilderTest, KeepsInstrumentsApart) {
  BarBuilder builder = OneMinute();
  EXPECT_FALSE(builder.OnTick(TickAt(kStart, 10, kFirst)).has_value());
  EXPECT_FALSE(builder.OnTick(TickAt(kStart + minutes{5}, 20, kSecond)).has_value());

  EXPECT_EQ(builder.open_bar(kFirst)->close, Decimal::FromInt(10));
  EXPECT_EQ(builder.open_bar(kSecond)->open_at, kStart + minutes{5});
}

TEST(BarBuilderTest, CountsALateTickAndLeavesTheOpenBarAlone) {
  BarBuilder builder = OneMinute();
  EXPECT_FALSE(builder.OnTick(TickAt(kStart, 10)).has_value());
  EXPECT_TRUE(builder.OnTick(TickAt(kStart + minutes{1}, 12)).has_value());

  EXPECT_FALSE(builder.OnTick(TickAt(kStart + seconds{59}, 99)).has_value());

  EXPECT_EQ(builder.late_ticks(), 1U);
  EXPECT_EQ(builder.open_bar(kFirst)->high, Decimal::FromInt(12));
}

TEST(BarBuilderTest, GivesNoBarForIntervalsWithoutTicks) {
  BarBuilder builder = OneMinute();
  EXPECT_FALSE(builder.OnTick(TickAt(kStart, 10)).has_value());

  const std::optional<model::Bar> bar = builder.OnTick(TickAt(kStart + minutes{30}, 12));

  ASSERT_TRUE(bar.has_value());
  EXPECT_EQ(bar->close_at, kStart + minutes{1});
  EXPECT_EQ(builder.open_bar(kFirst)->open_at, kStart + minutes{30});
}

TEST(BarBuilderTest, SaturatesTheVolumeInsteadOfWrapping) {
  BarBuilder builder = OneMinute();
  model::Tick tick = TickAt(kStart, 10);
  tick.size = Decimal::Max();
  EXPECT_FALSE(builder.OnTick(tick).has_value());
  EXPECT_FALSE(builder.OnTick(tick).has_value());

  EXPECT_EQ(builder.open_bar(kFirst)->volume, Decimal::Max());
}

TEST(BarBuilderTest, CreateRejectsAnIntervalThatIsNotPositive) {
  const auto builder = BarBuilder::Create(seconds{0}, 1);

  ASSERT_FALSE(builder.has_value());
  EXPECT_EQ(builder.error().code, base::ErrorCode::kInvalidArgument);
}

TEST(BarBuilderTest, AgreesWithAModelThatKeepsEveryTick) {
  std::mt19937_64 random{20240607};  // Fixed, so a failure repeats; the trace names the step.
  BarBuilder builder = OneMinute();
  std::map<base::UnixNanos, std::vector<Decimal>> model;
  base::UnixNanos now = kStart;
  base::UnixNanos open_at = kStart;
  for (int step = 0; step < 1'000; ++step) {
    SCOPED_TRACE(step);
    now += seconds{random() % 30};
    const model::Tick tick = TickAt(now, static_cast<std::int64_t>(1 + random() % 100));

    const std::optional<model::Bar> bar = builder.OnTick(tick);

    const base::UnixNanos start = now - now.time_since_epoch() % minutes{1};
    ASSERT_EQ(bar.has_value(), start != open_at);
    if (bar) {
      const std::vector<Decimal>& prices = model.at(open_at);
      EXPECT_EQ(bar->open_at, open_at);
      EXPECT_EQ(bar->open, prices.front());
      EXPECT_EQ(bar->close, prices.back());
      EXPECT_EQ(bar->high, *std::max_element(prices.begin(), prices.end()));
      EXPECT_EQ(bar->low, *std::min_element(prices.begin(), prices.end()));
      EXPECT_EQ(bar->volume, Decimal::FromInt(2 * static_cast<std::int64_t>(prices.size())));
    }
    open_at = start;
    model[start].push_back(tick.price);
  }
}

TEST(CandleRingTest, HandsOutTheLastFiftyOldestFirst) {
  CandleRing ring(2);
  EXPECT_EQ(ring.size(kFirst), 0U);
  for (std::int64_t price = 1; price <= 120; ++price) {
    ring.Push({.instrument = kFirst, .close = Decimal::FromInt(price)});
  }

  ASSERT_EQ(ring.size(kFirst), CandleRing::kCandlesMax);
  EXPECT_EQ(ring.size(kSecond), 0U);
  for (std::size_t position = 0; position < ring.size(kFirst); ++position) {
    EXPECT_EQ(ring.At(kFirst, position).close,
              Decimal::FromInt(71 + static_cast<std::int64_t>(position)));
  }
}

TEST(CandleRingTest, HandsOutWhatItHasWhileItFills) {
  CandleRing ring(1);
  ring.Push({.instrument = kFirst, .close = Decimal::FromInt(7)});
  ring.Push({.instrument = kFirst, .close = Decimal::FromInt(8)});

  ASSERT_EQ(ring.size(kFirst), 2U);
  EXPECT_EQ(ring.At(kFirst, 0).close, Decimal::FromInt(7));
  EXPECT_EQ(ring.At(kFirst, 1).close, Decimal::FromInt(8));
}

}  // namespace
}  // namespace bulwark::market

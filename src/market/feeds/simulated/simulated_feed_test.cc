// Goal: the made-up market repeats for its seed, keeps the model's promises and has the shape of a
//       day.
// Method: two feeds side by side, and statistics over hours of events; integers throughout, so
//         exact.

#include "market/feeds/simulated/simulated_feed.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "model/instrument.h"
#include "model/market_data.h"

namespace bulwark::market {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr base::UnixNanos kMidnight{seconds{1'700'006'400}};

std::unique_ptr<SimulatedFeed> FeedOf(std::uint64_t seed, base::UnixNanos start = kMidnight,
                                      double ticks_per_second = 5) {
  return *SimulatedFeed::Create(
      {.seed = seed, .start = start, .ticks_per_second = ticks_per_second}, SimulatedInstruments());
}

model::Tick NextTick(SimulatedFeed& feed) {
  return std::get<model::Tick>(**feed.Next());
}

// All ticks of the first `length` of a feed.
std::vector<model::Tick> TicksFor(SimulatedFeed& feed, base::UnixNanos end) {
  std::vector<model::Tick> ticks;
  for (;;) {
    ticks.push_back(NextTick(feed));
    if (ticks.back().event_at >= end) {
      return ticks;
    }
  }
}

// A number that depends on every field of the ticks and their order.
std::uint64_t Fingerprint(SimulatedFeed& feed, int count) {
  std::uint64_t hash = 14'695'981'039'346'656'037ULL;
  for (int i = 0; i < count; ++i) {
    const model::Tick tick = NextTick(feed);
    for (const std::int64_t part :
         {std::int64_t{tick.instrument.index}, static_cast<std::int64_t>(tick.side),
          tick.price.raw(), tick.size.raw(), tick.event_at.time_since_epoch().count()}) {
      hash = (hash ^ static_cast<std::uint64_t>(part)) * 1'099'511'628'211ULL;
    }
  }
  return hash;
}

TEST(SimulatedFeedTest, RepeatsForTheSameSeedOnly) {
  const std::uint64_t first = Fingerprint(*FeedOf(7), 20'000);

  EXPECT_EQ(Fingerprint(*FeedOf(7), 20'000), first);
  EXPECT_NE(Fingerprint(*FeedOf(8), 20'000), first);
}

TEST(SimulatedFeedTest, KeepsThePromisesOfTheModel) {
  const model::InstrumentTable instruments = SimulatedInstruments();
  const auto feed = FeedOf(3);
  base::UnixNanos last_at = kMidnight;
  std::vector<std::size_t> seen(instruments.size());
  for (int i = 0; i < 50'000; ++i) {
    const model::Tick tick = NextTick(*feed);
    const model::Instrument& row = instruments[tick.instrument];
    ++seen[tick.instrument.index];

    ASSERT_TRUE(tick.price.is_positive() && tick.price.IsMultipleOf(row.tick_size)) << i;
    ASSERT_TRUE(tick.size.is_positive() && tick.size.IsMultipleOf(row.lot_size)) << i;
    ASSERT_GE(tick.event_at, last_at) << i;
    ASSERT_EQ(tick.received_at, base::UnixNanos()) << i;
    last_at = tick.event_at;
  }
  EXPECT_GT(*std::min_element(seen.begin(), seen.end()), 15'000U);
  EXPECT_EQ(feed->health().events, 50'000U);
}

TEST(SimulatedFeedTest, TradesMoreAndMovesMoreAtTheEdgesOfTheDay) {
  const auto busy = TicksFor(*FeedOf(5, kMidnight), kMidnight + hours{1});
  const auto quiet = TicksFor(*FeedOf(5, kMidnight + hours{12}), kMidnight + hours{13});

  EXPECT_GT(busy.size(), 2 * quiet.size());
  const auto path = [](const std::vector<model::Tick>& ticks) {
    base::Decimal sum;
    base::Decimal last;
    std::int64_t count = 0;
    for (const model::Tick& tick : ticks) {
      if (tick.instrument.index == 0) {
        sum += count == 0 ? base::Decimal() : (tick.price - last).Abs();
        last = tick.price;
        ++count;
      }
    }
    return sum.ToDouble() / static_cast<double>(count);
  };
  EXPECT_GT(path(busy), 1.5 * path(quiet));
}

TEST(SimulatedFeedTest, StaysNearItsRateAndInItsRangeForDays) {
  const auto ticks = TicksFor(*FeedOf(11, kMidnight, 1.0), kMidnight + hours{72});

  const double per_second = static_cast<double>(ticks.size()) / (72.0 * 3600.0 * 3.0);
  EXPECT_NEAR(per_second, 1.0, 0.1);
  for (const model::Tick& tick : ticks) {
    if (tick.instrument.index == 0) {
      ASSERT_GE(tick.price, base::Decimal::FromInt(std::int64_t{61'000} / 5));
      ASSERT_LE(tick.price, base::Decimal::FromInt(std::int64_t{61'000} * 5));
    }
  }
}

TEST(SimulatedFeedTest, CreateRejectsOptionsThatMeanNothing) {
  const auto empty = SimulatedFeed::Create({}, {});
  const auto slow = SimulatedFeed::Create({.ticks_per_second = 0}, SimulatedInstruments());
  model::InstrumentTable coarse;
  model::Instrument row = *model::DefaultInstrument("MSFT");
  row.tick_size = base::Decimal::FromInt(5);
  ASSERT_TRUE(coarse.Add(row).has_value());
  const auto steps = SimulatedFeed::Create({}, coarse);

  for (const auto* feed : {&empty, &slow, &steps}) {
    ASSERT_FALSE(feed->has_value());
    EXPECT_EQ(feed->error().code, base::ErrorCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace bulwark::market

// Goal: the demo's market gives each built-in strategy work, and their merged decisions go in and
//       out.
// Method: two hours of the simulated feed through bar builder, strategies and supervisor, several
//         seeds.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "base/time.h"
#include "base/uuid.h"
#include "market/bar_builder.h"
#include "market/feeds/simulated/simulated_feed.h"
#include "model/market_data.h"
#include "model/signal.h"
#include "strategy/ema_cross.h"
#include "strategy/mean_reversion.h"
#include "strategy/supervisor.h"

namespace bulwark::strategy {
namespace {

constexpr base::UnixNanos kStart{std::chrono::seconds{1'700'000'000}};

// How often each strategy won a decision for each direction.
std::map<std::pair<std::string, model::Direction>, int> Decisions(std::uint64_t seed,
                                                                  base::Nanos interval,
                                                                  base::Nanos length) {
  const auto instruments = market::SimulatedInstruments();
  const auto feed = *market::SimulatedFeed::Create({.seed = seed, .start = kStart}, instruments);
  const auto cross = *EmaCross::Create({}, instruments.size());
  const auto reversion = *MeanReversion::Create({}, instruments.size());
  const std::array names = {cross->name(), reversion->name()};
  auto supervisor = *Supervisor::Create({}, names, instruments.size());
  auto builder = *market::BarBuilder::Create(interval, instruments.size());
  std::map<std::pair<std::string, model::Direction>, int> counts;
  for (base::UnixNanos now = kStart; now < kStart + length;) {
    const auto tick = std::get<model::Tick>(**feed->Next());
    now = tick.event_at;
    const auto bar = builder.OnTick(tick);
    if (!bar) {
      continue;
    }
    std::array<model::Signal, 2> signals;
    std::size_t count = 0;
    for (const auto& signal : {cross->OnBar(*bar), reversion->OnBar(*bar)}) {
      if (signal) {
        signals.at(count++) = *signal;
      }
    }
    if (const auto decision =
            supervisor.OnBar(*bar, std::span(signals).first(count), base::Uuid())) {
      ++counts[{std::string(decision->strategy.view()), decision->direction}];
    }
  }
  return counts;
}

TEST(SimulatedMarketTest, GivesEachStrategyWorkInSecondAndMinuteBars) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    for (const auto& [interval, length] :
         {std::pair<base::Nanos, base::Nanos>{std::chrono::seconds{1}, std::chrono::minutes{20}},
          std::pair<base::Nanos, base::Nanos>{std::chrono::minutes{1}, std::chrono::hours{10}}}) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << " interval " << interval.count());
      auto counts = Decisions(seed, interval, length);
      for (const std::string_view name : {"ema_cross", "mean_reversion"}) {
        EXPECT_GE((counts[{std::string(name), model::Direction::kLong}]), 5) << name;
        EXPECT_GE((counts[{std::string(name), model::Direction::kFlat}]), 5) << name;
      }
    }
  }
}

}  // namespace
}  // namespace bulwark::strategy

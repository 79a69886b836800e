// Why: every tick passes the bar builder, every bar the strategies and the supervisor; together
// they must stay far below the 500 ns of the tick -> intent budget.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/decimal.h"
#include "base/time.h"
#include "base/uuid.h"
#include "market/bar_builder.h"
#include "model/market_data.h"
#include "model/signal.h"
#include "strategy/ema_cross.h"
#include "strategy/mean_reversion.h"
#include "strategy/supervisor.h"

namespace bulwark::strategy {
namespace {

constexpr std::size_t kInstruments = 8;
constexpr std::size_t kTicks = 1 << 16;

// A random walk of 8 instruments with 10 ticks to a second.
std::vector<model::Tick> Ticks() {
  std::mt19937_64 random{20240607};
  std::vector<std::int64_t> prices(kInstruments, 6'000'000);
  std::vector<model::Tick> ticks;
  ticks.reserve(kTicks);
  for (std::size_t i = 0; i < kTicks; ++i) {
    const auto instrument = static_cast<std::uint16_t>(random() % kInstruments);
    prices[instrument] += static_cast<std::int64_t>(random() % 2'001) - 1'000;
    ticks.push_back({.instrument = {instrument},
                     .price = base::Decimal::FromRaw(prices[instrument] * 1'000'000),
                     .size = base::Decimal::FromInt(1),
                     .event_at = base::UnixNanos{std::chrono::milliseconds{100 * i}}});
  }
  return ticks;
}

void TickToBar(benchmark::State& state) {
  const std::vector<model::Tick> ticks = Ticks();
  auto builder = *market::BarBuilder::Create(std::chrono::seconds{1}, kInstruments);
  std::size_t next = 0;
  base::Nanos shift{0};
  for (auto _ : state) {
    model::Tick tick = ticks[next];
    tick.event_at += shift;
    if (++next == ticks.size()) {
      next = 0;
      shift += std::chrono::hours{2};
    }
    benchmark::DoNotOptimize(builder.OnTick(tick));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(TickToBar);

void BarToDecision(benchmark::State& state) {
  const std::vector<model::Tick> ticks = Ticks();
  const auto cross = *EmaCross::Create({}, kInstruments);
  const auto reversion = *MeanReversion::Create({}, kInstruments);
  const std::array names = {cross->name(), reversion->name()};
  auto supervisor = *Supervisor::Create({}, names, kInstruments);
  std::array<model::Signal, 2> signals;
  std::size_t next = 0;
  for (auto _ : state) {
    const model::Tick& tick = ticks[next++ % ticks.size()];
    const model::Bar bar{.instrument = tick.instrument, .close = tick.price};
    std::size_t count = 0;
    if (const auto signal = cross->OnBar(bar)) {
      signals[count++] = *signal;
    }
    if (const auto signal = reversion->OnBar(bar)) {
      signals[count++] = *signal;
    }
    benchmark::DoNotOptimize(supervisor.OnBar(bar, std::span(signals).first(count), base::Uuid()));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BarToDecision);

}  // namespace
}  // namespace bulwark::strategy

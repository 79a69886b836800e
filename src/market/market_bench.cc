// Why: a replay at full speed must not be the slowest part of a backtest or of a test of the stops.
// Each benchmark plays a whole recording made in memory of the simulated feed, through a file.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ios>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <zstd.h>

#include "base/ensure.h"
#include "base/iso_time.h"
#include "base/time.h"
#include "market/feeds/replay/replay_feed.h"
#include "market/feeds/simulated/simulated_feed.h"
#include "model/market_data.h"

namespace bulwark::market {
namespace {

constexpr int kRows = 100'000;
constexpr base::UnixNanos kStart{std::chrono::seconds{1'700'000'000}};

std::string CsvText() {
  const auto instruments = SimulatedInstruments();
  const auto feed = *SimulatedFeed::Create({.start = kStart}, instruments);
  std::string text = "timestamp,symbol,price,size,side,trade_id,event_time,local_time\n";
  for (int i = 0; i < kRows; ++i) {
    const auto tick = std::get<model::Tick>(**feed->Next());
    const std::string at = base::FormatIso(tick.event_at, base::IsoSuffix::kZulu);
    text += fmt::format("{0},{1},{2},{3},BUY,{4},{0},{0}\n", at,
                        instruments[tick.instrument].venue_symbol.view(), tick.price.ToString(),
                        tick.size.ToString(), i);
  }
  return text;
}

std::string FramesText() {
  const auto instruments = SimulatedInstruments();
  const auto feed = *SimulatedFeed::Create({.start = kStart}, instruments);
  std::string text;
  for (int i = 0; i < kRows; ++i) {
    const auto tick = std::get<model::Tick>(**feed->Next());
    const auto ms = tick.event_at.time_since_epoch().count() / 1'000'000;
    text += fmt::format(
        R"({0}000000 {{"stream":"x@trade","data":{{"e":"trade","E":{0},"s":"{1}","t":{2},)"
        R"("p":"{3}","q":"{4}","T":{0},"m":true,"M":true}}}})"
        "\n",
        ms, instruments[tick.instrument].venue_symbol.view(), i, tick.price.ToString(),
        tick.size.ToString());
  }
  return text;
}

// Writes the text, compressed, to a file of its own and plays it again and again.
void Play(benchmark::State& state, const std::string& text) {
  std::string name = (std::filesystem::temp_directory_path() / "bulwark_bench_XXXXXX").string();
  ENSURE(::mkdtemp(name.data()) != nullptr);
  const std::string path = name + "/recording.zst";
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3));
  std::ofstream(path, std::ios::binary) << packed;
  const auto instruments = SimulatedInstruments();
  const auto feed = *ReplayFeed::Open({.path = path, .is_looping = true}, instruments);
  for (auto _ : state) {
    benchmark::DoNotOptimize(feed->Next());
  }
  ENSURE(feed->health().rows_bad == 0);
  state.SetItemsProcessed(state.iterations());
  std::filesystem::remove_all(name);
}

void ReplayCsvZstd(benchmark::State& state) {
  Play(state, CsvText());
}
BENCHMARK(ReplayCsvZstd);

void ReplayBinanceFrames(benchmark::State& state) {
  Play(state, FramesText());
}
BENCHMARK(ReplayBinanceFrames);

void SimulatedFeed(benchmark::State& state) {
  const auto feed = *SimulatedFeed::Create({.start = kStart}, SimulatedInstruments());
  for (auto _ : state) {
    benchmark::DoNotOptimize(feed->Next());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(SimulatedFeed);

}  // namespace
}  // namespace bulwark::market

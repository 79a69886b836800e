// Why: each event that the engine processes passes Tap::Note() on the engine's thread; the budget
// is 50 ns. The ring is emptied between batches, outside the time.

#include <cstddef>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/decimal.h"
#include "base/time.h"
#include "journal/tap.h"
#include "model/event.h"
#include "model/market_data.h"

namespace bulwark::journal {
namespace {

constexpr int kBatch = 4'096;

void Note(benchmark::State& state, const model::Event& event) {
  Tap tap;
  std::vector<char> sink(Tap::kRingBytes);
  for ([[maybe_unused]] auto _ : state) {
    for (int at = 0; at < kBatch; ++at) {
      tap.Note(event);
    }
    state.PauseTiming();
    benchmark::DoNotOptimize(tap.Read(sink.data(), sink.size()));
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
  state.counters["lost"] = static_cast<double>(tap.lost());
}

void NoteTick(benchmark::State& state) {
  Note(state, model::Tick{.price = base::Decimal::FromInt(64'000)});
}
BENCHMARK(NoteTick);

void NoteTimer(benchmark::State& state) {
  Note(state, model::Timer{});
}
BENCHMARK(NoteTimer);

void NotePermit(benchmark::State& state) {
  Note(state, model::Permit{});
}
BENCHMARK(NotePermit);

}  // namespace
}  // namespace bulwark::journal

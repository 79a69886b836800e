// Budget: tick -> decision -> gate -> reserved intent in memory, p50 <= 500 ns, p99 <= 2 us,
// without an allocation. Each event is timed alone, since a mean hides the few that make an order.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/time.h"
#include "bench/allocation_count.h"
#include "bench/decision_rig.h"
#include "bench/report.h"
#include "model/action_buffer.h"
#include "model/event.h"

namespace bulwark::bench {
namespace {

constexpr std::size_t kWarmUpTicks = 200'000;
constexpr std::size_t kTicks = 4'000'000;

struct Kind {
  const char* name;
  Spans spans;
  std::uint64_t allocations = 0;
};

void Run() {
  DecisionRig rig(1);
  model::ActionBuffer out;
  model::ActionBuffer answers;
  std::array<Kind, 4> kinds = {{{"engine.tick", Spans(kTicks)},
                                {"engine.bar", Spans(kTicks)},
                                {"engine.order", Spans(kTicks / 10)},
                                {"engine.fill", Spans(kTicks / 10)}}};
  base::Nanos inside{0};  // Of Process(), with a reading of the clock each.
  for (std::size_t n = 0; n < kWarmUpTicks + kTicks; ++n) {
    const model::Event event = rig.NextTick();
    out.Clear();
    const std::uint64_t allocations = Allocations();
    const base::Nanos start = base::MonotonicNow();
    rig.engine().Process(event, out);
    const base::Nanos end = base::MonotonicNow();
    const Work work = rig.WorkOf(out);
    Kind& kind = kinds.at(static_cast<std::size_t>(work));
    if (n >= kWarmUpTicks) {
      kind.spans.Add(end - start);
      inside += end - start;
      kind.allocations += Allocations() - allocations;
    }
    if (work == Work::kOrder) {
      answers.Clear();
      const std::uint64_t before_fill = Allocations();
      const base::Nanos sent = base::MonotonicNow();
      rig.FillAll(out.list(), answers);
      const base::Nanos filled = base::MonotonicNow();
      if (n >= kWarmUpTicks) {
        kinds[3].spans.Add(filled - sent);
        kinds[3].allocations += Allocations() - before_fill;
      }
    }
  }
  Report("engine.events",
         static_cast<double>(kTicks) / std::chrono::duration<double>(inside).count(), "/s");
  Report("clock.read", static_cast<double>(ClockCost().count()), "ns");
  for (Kind& kind : kinds) {
    Report(kind.name, kind.spans);
    Report(std::string(kind.name) + ".allocations",
           static_cast<double>(kind.allocations) / static_cast<double>(kind.spans.size()), "");
  }
}

}  // namespace
}  // namespace bulwark::bench

int main() {
  bulwark::bench::Run();
  return 0;
}

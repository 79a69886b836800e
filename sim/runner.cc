#include "sim/runner.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "sim/context.h"
#include "sim/faults.h"
#include "sim/settings.h"
#include "sim/world.h"

namespace bulwark::sim {
namespace {

void Add(Tally& sum, const Tally& part) {
  sum.steps += part.steps;
  sum.lives += part.lives;
  sum.orders += part.orders;
  sum.fills += part.fills;
  sum.time += part.time;
}

}  // namespace

Runner::Runner() : settings_(SimSettings()) {}

RunResult Runner::Run(const RunOptions& options) {
  World world({.seed = options.seed,
               .bug = options.bug,
               .keeps_trace = options.keeps_trace,
               .spared = options.spared},
              settings_, stacks_);
  for (std::uint64_t step = 0; step < options.steps && !world.violation(); ++step) {
    world.Step();
  }
  if (!world.violation()) {
    world.Heal();
  }
  return {.violation = world.violation(),
          .hash = world.trace().hash(),
          .violated_at = world.tally().steps,
          .tally = world.tally(),
          .fired = world.faults().fired(),
          .trace = world.trace().lines()};
}

// Delta debugging: spare halves of what fired, then quarters, ... down to single occasions.
RunOptions Runner::Shrink(const RunOptions& options, std::size_t tries_max) {
  RunOptions best = options;
  RunResult result = Run(best);
  const auto fits = [&](RunOptions candidate) {
    RunResult tried = Run(candidate);
    if (!tried.violation) {
      return false;
    }
    best = std::move(candidate);
    result = std::move(tried);
    best.steps = std::min(best.steps, result.violated_at);
    return true;
  };
  std::size_t tries = 0;
  for (std::uint64_t cut = best.steps / 2; cut > 0 && tries < tries_max; cut /= 2, ++tries) {
    RunOptions shorter = best;
    shorter.steps = best.steps > cut ? best.steps - cut : 0;
    fits(shorter);
  }
  std::size_t chunk = std::max<std::size_t>(1, result.fired.size() / 2);
  while (tries < tries_max) {
    bool has_helped = false;
    for (std::size_t at = 0; at < result.fired.size() && tries < tries_max; ++tries) {
      RunOptions fewer = best;
      const std::size_t end = std::min(result.fired.size(), at + chunk);
      fewer.spared.insert(result.fired.begin() + static_cast<std::ptrdiff_t>(at),
                          result.fired.begin() + static_cast<std::ptrdiff_t>(end));
      if (fits(fewer)) {
        has_helped = true;
      } else {
        at = end;
      }
    }
    if (chunk == 1 && !has_helped) {
      break;
    }
    chunk = std::max<std::size_t>(1, chunk / 2);
  }
  return best;
}

RangeResult RunSeeds(const RunOptions& options, SeedRange range, unsigned jobs,
                     const Progress& progress) {
  RangeResult sum;
  std::mutex mutex;
  std::atomic<std::uint64_t> next = range.first;
  const auto work = [&] {
    Runner runner;
    for (std::uint64_t seed = next++; seed <= range.last; seed = next++) {
      RunOptions one = options;
      one.seed = seed;
      const RunResult result = runner.Run(one);
      const std::scoped_lock lock(mutex);
      ++sum.runs;
      Add(sum.tally, result.tally);
      if (result.violation && sum.failed.size() < RangeResult::kFailedMax) {
        sum.failed.push_back(seed);
      }
      progress(sum);
    }
  };
  std::vector<std::jthread> threads;
  for (unsigned job = 1; job < jobs; ++job) {
    threads.emplace_back(work);
  }
  work();
  threads.clear();
  std::sort(sum.failed.begin(), sum.failed.end());
  return sum;
}

}  // namespace bulwark::sim

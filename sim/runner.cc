#include "sim/runner.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <unistd.h>

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

// What this thread runs, ready to be written when it aborts.
thread_local std::array<char, 200> running{};
thread_local std::size_t running_size = 0;

void Remember(const RunOptions& options) {
  const int size = std::snprintf(
      running.data(), running.size(),
      "in seed %llu, commit %s; again: bulwark-sim --seed %llu --steps %llu --trace\n",
      static_cast<unsigned long long>(options.seed), BULWARK_COMMIT,
      static_cast<unsigned long long>(options.seed),
      static_cast<unsigned long long>(options.steps));
  running_size = std::min(running.size() - 1, static_cast<std::size_t>(std::max(0, size)));
}

extern "C" void WriteWhatRuns(int /*signal*/) {
  // Nothing is left to do when this cannot be written.
  static_cast<void>(::write(STDERR_FILENO, running.data(), running_size) + 0);
}

}  // namespace

void NameSeedOnAbort() {
  static_cast<void>(std::signal(SIGABRT, WriteWhatRuns));
}

Runner::Runner() : settings_(SimSettings()) {}

RunResult Runner::Run(const RunOptions& options) {
  Remember(options);
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

namespace {

// The smallest run so far that still fails, and how many more may be tried.
class Shrinking {
 public:
  Shrinking(Runner& runner, const RunOptions& options, std::size_t tries_max)
      : runner_(runner), best_(options), result_(runner.Run(options)), tries_left_(tries_max) {}

  void CutSteps() {
    for (std::uint64_t cut = best_.steps / 2; cut > 0 && tries_left_ > 0; cut /= 2) {
      RunOptions shorter = best_;
      shorter.steps = best_.steps > cut ? best_.steps - cut : 0;
      Try(std::move(shorter));
    }
  }

  // Delta debugging: spares halves of what fired, then quarters, ... down to single occasions.
  void SpareFaults() {
    std::size_t chunk = std::max<std::size_t>(1, result_.fired.size() / 2);
    while (tries_left_ > 0) {
      const bool has_helped = SpareEach(chunk);
      if (chunk == 1 && !has_helped) {
        break;
      }
      chunk = std::max<std::size_t>(1, chunk / 2);
    }
  }

  [[nodiscard]] const RunOptions& best() const { return best_; }

 private:
  bool SpareEach(std::size_t chunk) {
    bool has_helped = false;
    for (std::size_t at = 0; at < result_.fired.size() && tries_left_ > 0;) {
      RunOptions fewer = best_;
      const std::size_t end = std::min(result_.fired.size(), at + chunk);
      fewer.spared.insert(result_.fired.begin() + static_cast<std::ptrdiff_t>(at),
                          result_.fired.begin() + static_cast<std::ptrdiff_t>(end));
      const bool helps = Try(std::move(fewer));
      has_helped = has_helped || helps;
      at = helps ? at : end;
    }
    return has_helped;
  }

  bool Try(RunOptions candidate) {
    --tries_left_;
    RunResult tried = runner_.Run(candidate);
    if (!tried.violation) {
      return false;
    }
    best_ = std::move(candidate);
    result_ = std::move(tried);
    best_.steps = std::min(best_.steps, result_.violated_at);
    return true;
  }

  Runner& runner_;
  RunOptions best_;
  RunResult result_;
  std::size_t tries_left_;
};

// Several threads take seeds from it and give their results back.
class SeedQueue {
 public:
  SeedQueue(const RunOptions& options, SeedRange range, const Progress& progress)
      : options_(options), range_(range), progress_(progress), next_(range.first) {}

  void Work() {
    Runner runner;
    for (std::uint64_t seed = next_++; seed <= range_.last; seed = next_++) {
      RunOptions one = options_;
      one.seed = seed;
      Keep(seed, runner.Run(one));
    }
  }

  [[nodiscard]] RangeResult& sum() { return sum_; }

 private:
  void Keep(std::uint64_t seed, const RunResult& result) {
    const std::scoped_lock lock(mutex_);
    ++sum_.runs;
    Add(sum_.tally, result.tally);
    if (result.violation && sum_.failed.size() < RangeResult::kFailedMax) {
      sum_.failed.push_back(seed);
    }
    progress_(sum_);
  }

  const RunOptions& options_;
  SeedRange range_;
  const Progress& progress_;
  std::atomic<std::uint64_t> next_;
  std::mutex mutex_;
  RangeResult sum_;
};

}  // namespace

RunOptions Runner::Shrink(const RunOptions& options, std::size_t tries_max) {
  Shrinking shrinking(*this, options, tries_max);
  shrinking.CutSteps();
  shrinking.SpareFaults();
  return shrinking.best();
}

RangeResult RunSeeds(const RunOptions& options, SeedRange range, unsigned jobs,
                     const Progress& progress) {
  SeedQueue queue(options, range, progress);
  std::vector<std::jthread> threads;
  for (unsigned job = 1; job < jobs; ++job) {
    threads.emplace_back([&queue] { queue.Work(); });
  }
  queue.Work();
  threads.clear();
  std::sort(queue.sum().failed.begin(), queue.sum().failed.end());
  return queue.sum();
}

}  // namespace bulwark::sim

// Runs seeds: one, or a range on several threads; and makes a failing one short.
//
// Shape:   a run is a function of (seed, steps, bug, spared occasions): the same four give the same
//          trace hash. Shrink() spares occasions and steps for as long as some violation remains.
// Threads: RunSeeds() starts its own; the progress callback is called by one at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/context.h"
#include "sim/faults.h"
#include "sim/scheduler.h"
#include "sim/world.h"

namespace bulwark::sim {

struct RunOptions {
  std::uint64_t seed = 1;
  std::uint64_t steps = 5'000;
  Bug bug = Bug::kNone;
  bool keeps_trace = false;
  std::set<Occasion> spared = {};
};

struct RunResult {
  std::optional<std::string> violation;
  std::uint64_t hash = 0;
  std::uint64_t violated_at = 0;  // Step.
  Tally tally;
  std::vector<Occasion> fired;
  std::deque<std::string> trace;
};

// Runs worlds one after the other, with the memory of the last.
class Runner {
 public:
  Runner();

  RunResult Run(const RunOptions& options);
  // The shortest run found that still breaks something. Requires: Run(options) breaks something.
  RunOptions Shrink(const RunOptions& options, std::size_t tries_max);

 private:
  config::Settings settings_;
  StackPool stacks_;
};

struct SeedRange {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
};

struct RangeResult {
  std::uint64_t runs = 0;
  Tally tally;                        // Of all runs together.
  std::vector<std::uint64_t> failed;  // At most kFailedMax, ascending.
  static constexpr std::size_t kFailedMax = 100;
};

using Progress = std::function<void(const RangeResult& so_far)>;

// From now on a failed ENSURE also says which seed and commit this thread runs.
void NameSeedOnAbort();

RangeResult RunSeeds(const RunOptions& options, SeedRange range, unsigned jobs,
                     const Progress& progress);

}  // namespace bulwark::sim

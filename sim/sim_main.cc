// bulwark-sim: the whole system under one seed, or under many.

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <CLI/CLI.hpp>

#include "base/log.h"
#include "base/time.h"
#include "sim/bugs.h"
#include "sim/context.h"
#include "sim/faults.h"
#include "sim/random.h"
#include "sim/runner.h"
#include "sim/world.h"

namespace bulwark::sim {
namespace {

constexpr std::size_t kShrinkTries = 400;

std::optional<SeedRange> ParseRange(std::string_view text) {
  const std::size_t dots = text.find("..");
  SeedRange range;
  const std::string_view last = dots == std::string_view::npos ? "" : text.substr(dots + 2);
  const std::string_view first = text.substr(0, dots);
  const auto a = std::from_chars(first.data(), first.data() + first.size(), range.first);
  const auto b = std::from_chars(last.data(), last.data() + last.size(), range.last);
  const bool is_whole = a.ec == std::errc{} && b.ec == std::errc{} &&
                        a.ptr == first.data() + first.size() && b.ptr == last.data() + last.size();
  return is_whole && range.first <= range.last ? std::optional(range) : std::nullopt;
}

void PrintTally(const Tally& tally) {
  std::printf(
      "%llu steps, %llu lives, %llu orders, %llu fills, %.1f s of virtual time\n",
      static_cast<unsigned long long>(tally.steps), static_cast<unsigned long long>(tally.lives),
      static_cast<unsigned long long>(tally.orders), static_cast<unsigned long long>(tally.fills),
      std::chrono::duration<double>(tally.time).count());
}

std::string CommandFor(const RunOptions& options, std::string_view bug) {
  std::string command = "bulwark-sim --seed " + std::to_string(options.seed) + " --steps " +
                        std::to_string(options.steps) + " --trace";
  if (!bug.empty()) {
    command += " --bug " + std::string(bug);
  }
  return command;
}

void PrintShort(Runner& runner, const RunOptions& options) {
  RunOptions shortest = runner.Shrink(options, kShrinkTries);
  shortest.keeps_trace = true;
  const RunResult result = runner.Run(shortest);
  std::printf("made short: %llu steps, faults left:",
              static_cast<unsigned long long>(result.violated_at));
  for (const Occasion& occasion : result.fired) {
    std::printf(" %s#%u", std::string(Name(occasion.fault)).c_str(), occasion.number);
  }
  std::printf("\n  %s\n", result.violation.value_or("").c_str());
  constexpr std::size_t kLinesMax = 200;
  const std::size_t from = result.trace.size() - std::min(result.trace.size(), kLinesMax);
  for (std::size_t at = from; at < result.trace.size(); ++at) {
    std::printf("  %s\n", result.trace[at].c_str());
  }
}

int RunOne(const RunOptions& options, std::string_view bug, bool shrinks) {
  Runner runner;
  const RunResult result = runner.Run(options);
  for (const std::string& line : result.trace) {
    std::printf("%s\n", line.c_str());
  }
  std::printf("seed %llu: hash %016llx, ", static_cast<unsigned long long>(options.seed),
              static_cast<unsigned long long>(result.hash));
  PrintTally(result.tally);
  if (!result.violation) {
    return 0;
  }
  std::printf("VIOLATION at step %llu, seed %llu, commit %s: %s\n",
              static_cast<unsigned long long>(result.violated_at),
              static_cast<unsigned long long>(options.seed), BULWARK_COMMIT,
              result.violation->c_str());
  std::printf("again: %s\n", CommandFor(options, bug).c_str());
  if (shrinks) {
    PrintShort(runner, options);
  }
  return 1;
}

// Prints how far it is, at most once a second.
class ProgressLine {
 public:
  explicit ProgressLine(SeedRange range) : total_(range.last - range.first + 1) {}

  void operator()(const RangeResult& sum) {
    const base::Nanos now = base::MonotonicNow();
    if (now - shown_at_ < std::chrono::seconds{1} && sum.runs != total_) {
      return;
    }
    shown_at_ = now;
    const double took = std::chrono::duration<double>(now - started_).count();
    const double rate = static_cast<double>(sum.runs) / took;
    std::fprintf(stderr,
                 "%llu of %llu seeds, %zu failed, %.0f seeds/s, %.2f us/step, %.0f s left\n",
                 static_cast<unsigned long long>(sum.runs), static_cast<unsigned long long>(total_),
                 sum.failed.size(), rate, took * 1e6 / static_cast<double>(sum.tally.steps),
                 static_cast<double>(total_ - sum.runs) / rate);
  }

 private:
  std::uint64_t total_;
  base::Nanos started_ = base::MonotonicNow();
  base::Nanos shown_at_ = base::MonotonicNow();
};

int RunMany(const RunOptions& options, SeedRange range, unsigned jobs, std::string_view bug) {
  ProgressLine line(range);
  const RangeResult sum =
      RunSeeds(options, range, jobs, [&](const RangeResult& so_far) { line(so_far); });
  std::printf("%llu seeds (%llu..%llu), commit %s: ", static_cast<unsigned long long>(sum.runs),
              static_cast<unsigned long long>(range.first),
              static_cast<unsigned long long>(range.last), BULWARK_COMMIT);
  PrintTally(sum.tally);
  if (sum.failed.empty()) {
    std::printf("no violation\n");
    return 0;
  }
  std::printf("FAILED seeds:");
  for (const std::uint64_t seed : sum.failed) {
    std::printf(" %llu", static_cast<unsigned long long>(seed));
  }
  std::printf("\nthe first of them:\n");
  RunOptions first = options;
  first.seed = sum.failed.front();
  return RunOne(first, bug, true);
}

// A number from the commit's name, so that each commit tries other seeds.
std::uint64_t BaseSeed() {
  std::uint64_t seed = 0;
  for (const char c : std::string_view(BULWARK_COMMIT)) {
    seed = Mix(seed ^ static_cast<std::uint64_t>(c));
  }
  return seed % 1'000'000'000 + 1'000'000;
}

int Main(int argc, char** argv) {
  CLI::App app("Runs the whole trader under a seed, with everything around it failing.");
  RunOptions options;
  std::string seeds;
  std::string bug;
  std::uint64_t rotating = 0;
  unsigned jobs = 1;
  bool shrinks = true;
  bool lists_bugs = false;
  app.add_option("--seed", options.seed, "the seed of one run");
  app.add_option("--seeds", seeds, "many seeds: A..B");
  app.add_option("--rotating", rotating, "this many seeds, others for each commit");
  app.add_option("--steps", options.steps, "steps of the phase with faults")->capture_default_str();
  app.add_option("--jobs", jobs, "threads for many seeds")->capture_default_str();
  app.add_flag("--trace", options.keeps_trace, "prints what happens");
  app.add_flag("!--no-shrink", shrinks, "does not make a failing run short");
  app.add_option("--bug", bug, "with this deliberate mistake");
  app.add_flag("--bugs", lists_bugs, "lists the deliberate mistakes");
  CLI11_PARSE(app, argc, argv);
  if (lists_bugs) {
    for (const BugSpec& spec : AllBugs()) {
      std::printf("%-20s %s\n", std::string(spec.name).c_str(), std::string(spec.mistake).c_str());
    }
    return 0;
  }
  if (!bug.empty()) {
    const std::optional<Bug> found = FindBug(bug);
    if (!found) {
      std::fprintf(stderr, "bulwark-sim: no mistake is called '%s'; --bugs lists them\n",
                   bug.c_str());
      return 2;
    }
    options.bug = *found;
  }
  base::SetLog(base::LogLevel::kOff, "sim");
  NameSeedOnAbort();
  if (rotating > 0) {
    const std::uint64_t first = BaseSeed();
    return RunMany(options, {.first = first, .last = first + rotating - 1}, jobs, bug);
  }
  if (!seeds.empty()) {
    const std::optional<SeedRange> range = ParseRange(seeds);
    if (!range) {
      std::fprintf(stderr, "bulwark-sim: --seeds wants A..B, not '%s'\n", seeds.c_str());
      return 2;
    }
    return RunMany(options, *range, jobs, bug);
  }
  return RunOne(options, bug, shrinks);
}

}  // namespace
}  // namespace bulwark::sim

int main(int argc, char** argv) {
  try {
    return bulwark::sim::Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bulwark-sim: %s\n", error.what());
    return 2;
  }
}

// Goal: a run is repeated by its seed alone, and every mistake that matters is found within few
//       seeds.
// Method: the same runs twice; then runs with each deliberate mistake, counted until one is found.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "base/ensure.h"
#include "base/log.h"
#include "sim/bugs.h"
#include "sim/context.h"
#include "sim/runner.h"

namespace bulwark::sim {
namespace {

class SimTest : public testing::Test {
 protected:
  SimTest() { base::SetLog(base::LogLevel::kOff, "sim_test"); }

  Runner runner_;
};

TEST_F(SimTest, RepeatsARunByItsSeedAlone) {
  constexpr std::uint64_t kSteps = 1'500;
  std::optional<std::uint64_t> other;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(seed);
    const RunResult first = runner_.Run({.seed = seed, .steps = kSteps});
    const RunResult again = Runner().Run({.seed = seed, .steps = kSteps, .keeps_trace = true});

    EXPECT_EQ(first.hash, again.hash);
    EXPECT_EQ(first.tally.steps, again.tally.steps);
    EXPECT_NE(other, first.hash);
    other = first.hash;
  }
}

TEST_F(SimTest, GivesTheSameResultsOnSeveralThreads) {
  const RunOptions options{.steps = 800};
  const auto ignore = [](const RangeResult&) {};
  const RangeResult one = RunSeeds(options, {.first = 1, .last = 12}, 1, ignore);
  const RangeResult two = RunSeeds(options, {.first = 1, .last = 12}, 2, ignore);

  EXPECT_EQ(one.runs, 12U);
  EXPECT_EQ(one.tally.steps, two.tally.steps);
  EXPECT_EQ(one.tally.orders, two.tally.orders);
  EXPECT_EQ(one.tally.fills, two.tally.fills);
}

TEST_F(SimTest, NamesSeedAndCommitWhenTheProgramStopsItself) {
  EXPECT_DEATH(
      {
        NameSeedOnAbort();
        runner_.Run({.seed = 37, .steps = 5});
        ENSURE(runner_.Run({.seed = 38, .steps = 5}).violation);
      },
      "ENSURE failed.*in seed 38, commit [0-9a-z-]+; again: bulwark-sim --seed 38 --steps 5");
}

TEST_F(SimTest, DoesSomethingWorthChecking) {
  const RangeResult sum = RunSeeds({}, {.first = 1, .last = 20}, 1, [](const RangeResult&) {});

  EXPECT_GT(sum.tally.orders, 50U);
  EXPECT_GT(sum.tally.fills, 50U);
  EXPECT_GT(sum.tally.lives, 30U);
}

TEST_F(SimTest, MakesAFailingRunShortAndKeepsItFailing) {
  RunOptions options{.bug = Bug::kSendFirst};
  RunResult failing;
  // One in which much went wrong: there is something to leave out.
  for (options.seed = 1; !failing.violation || failing.fired.size() < 6; ++options.seed) {
    ASSERT_LT(options.seed, 100U);
    failing = runner_.Run(options);
  }
  --options.seed;

  const RunOptions shortest = runner_.Shrink(options, 100);
  const RunResult result = runner_.Run(shortest);

  EXPECT_TRUE(result.violation);
  EXPECT_LE(shortest.steps, failing.violated_at);
  EXPECT_LT(result.fired.size(), failing.fired.size());
}

// Each deliberate mistake, and how many seeds it may take to be found. The counts of the last
// measurement are in docs/simulator.md.
class MistakeTest : public testing::TestWithParam<BugSpec> {};

TEST_P(MistakeTest, IsFoundWithinThisManySeeds) {
  constexpr std::uint64_t kSeedsMax = 200;
  base::SetLog(base::LogLevel::kOff, "sim_test");
  Runner runner;
  for (std::uint64_t seed = 1; seed <= kSeedsMax; ++seed) {
    const RunResult result = runner.Run({.seed = seed, .bug = GetParam().bug});
    if (result.violation) {
      RecordProperty("seeds", std::to_string(seed));
      EXPECT_FALSE(runner.Run({.seed = seed}).violation) << "seed " << seed << " fails without it";
      return;
    }
  }
  FAIL() << GetParam().name << " was not found";
}

INSTANTIATE_TEST_SUITE_P(EachMistake, MistakeTest, testing::ValuesIn(AllBugs()),
                         [](const auto& tested) {
                           std::string name(tested.param.name);
                           name.erase(std::remove(name.begin(), name.end(), '-'), name.end());
                           return name;
                         });

}  // namespace
}  // namespace bulwark::sim

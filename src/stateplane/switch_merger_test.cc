// Goal: no disagreement between ledger and Redis ever lets trading go on that somebody stopped, and
//       a
// person's release is not undone by a late reading.
// Method: the cases of the design by hand; then every sequence of four steps against the rule that
//         a stop
// ends only by an explicit release.

#include "stateplane/switch_merger.h"

#include <cstdint>

#include <gtest/gtest.h>

namespace bulwark::stateplane {
namespace {

using enum RedisReading;

SwitchMerger Agreed(bool is_on, std::uint64_t sequence, bool may_release = true) {
  SwitchMerger merger(may_release);
  merger.Merge({is_on ? kOn : kOff, is_on, sequence});
  return merger;
}

TEST(SwitchMergerTest, TakesTheSaferWordAtTheStart) {
  EXPECT_TRUE(SwitchMerger(true).Merge({kOn, false, 4}).is_on);
  EXPECT_TRUE(SwitchMerger(true).Merge({kOn, false, 4}).append_to_ledger);
  EXPECT_TRUE(SwitchMerger(true).Merge({kOff, true, 4}).is_on);
  EXPECT_TRUE(SwitchMerger(true).Merge({kOff, true, 4}).write_to_redis);
}

TEST(SwitchMergerTest, LetsAnyClientStopAndAPersonResumeThroughRedis) {
  SwitchMerger merger = Agreed(false, 4);
  EXPECT_TRUE(merger.Merge({kOn, false, 4}).append_to_ledger);
  merger.Merge({kOn, true, 5});

  const SwitchVerdict resumed = merger.Merge({kOff, true, 5});
  EXPECT_FALSE(resumed.is_on);
  EXPECT_TRUE(resumed.append_to_ledger);
}

TEST(SwitchMergerTest, FollowsATurnMadeInTheLedger) {
  SwitchMerger merger = Agreed(false, 4);
  const SwitchVerdict halted = merger.Merge({kOff, true, 5});
  EXPECT_TRUE(halted.is_on);
  EXPECT_TRUE(halted.write_to_redis);
  merger.Merge({kOn, true, 5});

  // The key still says on when the release is already in the ledger.
  const SwitchVerdict released = merger.Merge({kOn, false, 6});
  EXPECT_FALSE(released.is_on);
  EXPECT_TRUE(released.write_to_redis);
  EXPECT_FALSE(released.append_to_ledger);
}

TEST(SwitchMergerTest, NeverReleasesBecauseTheKeyIsGoneOrCorrupt) {
  for (const RedisReading reading : {kMissing, kCorrupt}) {
    SwitchMerger merger = Agreed(true, 4);
    const SwitchVerdict verdict = merger.Merge({reading, true, 4});
    EXPECT_TRUE(verdict.is_on);
    EXPECT_TRUE(verdict.write_to_redis);
    EXPECT_TRUE(verdict.is_suspicious);
  }
}

TEST(SwitchMergerTest, TakesAnUnknownWordForAStop) {
  SwitchMerger merger = Agreed(false, 4, /*may_release=*/false);
  const SwitchVerdict verdict = merger.Merge({kCorrupt, false, 4});
  EXPECT_TRUE(verdict.is_on);
  EXPECT_TRUE(verdict.append_to_ledger);
  EXPECT_TRUE(verdict.is_suspicious);
}

TEST(SwitchMergerTest, DoesNotTakeAnOldValueOfARestartedServerForARelease) {
  SwitchMerger merger = Agreed(true, 4);
  merger.Forget();
  const SwitchVerdict verdict = merger.Merge({kOff, true, 4});
  EXPECT_TRUE(verdict.is_on);
  EXPECT_TRUE(verdict.write_to_redis);
}

TEST(SwitchMergerTest, RefusesAReleaseOfTheKillSwitchThroughRedis) {
  SwitchMerger merger = Agreed(true, 4, /*may_release=*/false);
  const SwitchVerdict verdict = merger.Merge({kOff, true, 4});
  EXPECT_TRUE(verdict.is_on);
  EXPECT_TRUE(verdict.write_to_redis);
  EXPECT_TRUE(verdict.is_suspicious);
}

TEST(SwitchMergerTest, EndsAStopOnlyByAnExplicitRelease) {
  // Each step: what Redis reads, and whether the ledger turns. A stop that is on may end only when
  // the ledger says off, or when an explicit off replaced an agreed on.
  for (int code = 0; code < 4096; ++code) {
    SCOPED_TRACE(code);
    SwitchMerger merger(true);
    bool ledger = false;
    std::uint64_t sequence = 1;
    bool was_on = false;
    bool was_agreed_on = false;
    for (int step = 0, rest = code; step < 4; ++step, rest /= 8) {
      const auto reading = static_cast<RedisReading>(rest % 4);
      if (rest % 8 >= 4) {
        ledger = !ledger;
        ++sequence;
      }
      const SwitchVerdict verdict = merger.Merge({reading, ledger, sequence});
      if (was_on && !verdict.is_on) {
        ASSERT_TRUE(!ledger || (was_agreed_on && reading == kOff));
      }
      ASSERT_TRUE(!ledger || verdict.is_on || reading == kOff);
      was_agreed_on = reading == kOn && ledger;
      was_on = verdict.is_on;
      if (verdict.append_to_ledger) {
        ledger = verdict.is_on;
        ++sequence;
      }
    }
  }
}

}  // namespace
}  // namespace bulwark::stateplane

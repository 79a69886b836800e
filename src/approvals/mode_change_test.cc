// Goal: no mode is reached that was not earned by what was measured.
// Method: one requirement missing at a time, each at its edge; Sharpe and drawdown by hand.

#include "approvals/mode_change.h"

#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "model/autonomy.h"

namespace bulwark::approvals {
namespace {

using base::Decimal;
using model::AutonomyMode;

constexpr ModeChange kToBounded{.from = AutonomyMode::kManualApproval,
                                .to = AutonomyMode::kBoundedAutonomous};
constexpr ModeChange kToFull{.from = AutonomyMode::kBoundedAutonomous,
                             .to = AutonomyMode::kFullAutonomous};

Measures Earned(std::int64_t days) {
  return {.days = days,
          .sharpe = Decimal::FromRaw(50'000'000),
          .drawdown_pct = Decimal::FromInt(10),
          .are_breakers_tested = true,
          .drill_age = base::Nanos{std::chrono::hours{24}}};
}

TEST(ModeChangeTest, AlwaysGoesDownAndStaysNowhere) {
  for (const AutonomyMode from : model::kAllAutonomyModes) {
    for (const AutonomyMode to : model::kAllAutonomyModes) {
      const auto reasons = WhyNotChange({.from = from, .to = to}, {}, {});
      EXPECT_EQ(reasons.empty(), to < from || (from == AutonomyMode::kPaperOnly &&
                                               to == AutonomyMode::kManualApproval))
          << Name(from) << " to " << Name(to);
    }
  }
}

TEST(ModeChangeTest, LeavesOutNoStepHoweverWellEarned) {
  const auto reasons = WhyNotChange(
      {.from = AutonomyMode::kPaperOnly, .to = AutonomyMode::kFullAutonomous}, Earned(1'000), {});

  ASSERT_EQ(reasons.size(), 1U);
  EXPECT_EQ(reasons.front(), "no step is left out: the next mode is MANUAL_APPROVAL");
}

TEST(ModeChangeTest, PassesWithEachFigureExactlyAtItsLimit) {
  EXPECT_TRUE(WhyNotChange(kToBounded, Earned(30), {}).empty());
  EXPECT_TRUE(WhyNotChange(kToFull, Earned(90), {}).empty());
}

TEST(ModeChangeTest, AsksForThirtyDaysForBoundedAndNinetyForFull) {
  EXPECT_EQ(WhyNotChange(kToBounded, Earned(29), {}).size(), 1U);
  EXPECT_EQ(WhyNotChange(kToFull, Earned(89), {}).size(), 1U);
  EXPECT_EQ(WhyNotChange(kToFull, Earned(30), {}).size(), 1U);
}

TEST(ModeChangeTest, RefusesEachRequirementThatIsMissedOrNotMeasured) {
  for (const ModeChange& change : {kToBounded, kToFull}) {
    Measures low = Earned(90);
    low.sharpe = *low.sharpe - Decimal::FromRaw(1);
    EXPECT_EQ(WhyNotChange(change, low, {}).size(), 1U);
    low.sharpe.reset();
    EXPECT_EQ(WhyNotChange(change, low, {}).size(), 1U);
    Measures deep = Earned(90);
    deep.drawdown_pct = *deep.drawdown_pct + Decimal::FromRaw(1);
    EXPECT_EQ(WhyNotChange(change, deep, {}).size(), 1U);
    deep.drawdown_pct.reset();
    EXPECT_EQ(WhyNotChange(change, deep, {}).size(), 1U);
  }
  Measures untested = Earned(90);
  untested.are_breakers_tested = false;
  EXPECT_EQ(WhyNotChange(kToFull, untested, {}).size(), 1U);
  EXPECT_TRUE(WhyNotChange(kToBounded, untested, {}).empty());
  Measures stale = Earned(90);
  stale.drill_age = *stale.drill_age + base::Nanos{1};
  EXPECT_EQ(WhyNotChange(kToFull, stale, {}).size(), 1U);
  stale.drill_age.reset();
  EXPECT_EQ(WhyNotChange(kToFull, stale, {}).size(), 1U);
}

TEST(ModeChangeTest, AsksForTheWordOfTheModeOnlyOnTheWayUp) {
  EXPECT_EQ(WordFor(AutonomyMode::kPaperOnly, AutonomyMode::kManualApproval), "MANUAL_APPROVAL");
  EXPECT_EQ(WordFor(AutonomyMode::kFullAutonomous, AutonomyMode::kManualApproval), "");
}

TEST(ModeChangeTest, MeasuresTheSharpeRatioOfDailyReturns) {
  const std::vector<Decimal> equity = {Decimal::FromInt(100), Decimal::FromInt(110),
                                       Decimal::FromInt(110)};

  const auto sharpe = SharpeOf(equity);

  // Returns 0.1 and 0: mean 0.05, deviation 0.0707.
  ASSERT_TRUE(sharpe.has_value());
  EXPECT_NEAR(sharpe.value_or(Decimal()).ToDouble(), std::sqrt(0.5) * std::sqrt(365.0), 1e-6);
}

TEST(ModeChangeTest, KnowsNoSharpeRatioOfTooFewOrEqualOrImpossibleDays) {
  const auto hundred = Decimal::FromInt(100);
  EXPECT_FALSE(SharpeOf({}));
  EXPECT_FALSE(SharpeOf({hundred, Decimal::FromInt(110)}));
  EXPECT_FALSE(SharpeOf({hundred, hundred, hundred}));
  EXPECT_FALSE(SharpeOf({Decimal(), hundred, hundred}));
}

TEST(ModeChangeTest, MeasuresTheDeepestFallFromAPeak) {
  const std::vector<Decimal> equity = {Decimal::FromInt(100), Decimal::FromInt(200),
                                       Decimal::FromInt(150), Decimal::FromInt(210)};

  EXPECT_EQ(DrawdownOf(equity), Decimal::FromInt(25));
  EXPECT_EQ(DrawdownOf({Decimal::FromInt(100)}), Decimal());
  EXPECT_FALSE(DrawdownOf({}));
  EXPECT_FALSE(DrawdownOf({Decimal()}));
}

}  // namespace
}  // namespace bulwark::approvals

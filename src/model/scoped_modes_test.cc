// Goal: of several scoped stops the most severe holds, and none is lost for want of room.
// Method: modes built up by hand.

#include "model/scoped_modes.h"

#include <cstddef>
#include <string>

#include <gtest/gtest.h>

#include "model/instrument.h"
#include "model/signal.h"
#include "model/stop_mode.h"

namespace bulwark::model {
namespace {

TEST(ScopedModesTest, TakeTheMostSevereOfAccountSymbolAndStrategy) {
  ScopedModes modes;
  const StrategyName trend("ema_cross");
  const StrategyName other("mean_reversion");
  EXPECT_EQ(ModeFor(modes, {0}, trend), StopMode::kActive);
  modes.symbols[1] = StopMode::kCancelOnly;
  StopStrategy(modes, "ema_cross", StopMode::kReduceOnly);
  EXPECT_EQ(ModeFor(modes, {0}, trend), StopMode::kReduceOnly);
  EXPECT_EQ(ModeFor(modes, {1}, trend), StopMode::kCancelOnly);
  EXPECT_EQ(ModeFor(modes, {0}, other), StopMode::kActive);
  EXPECT_EQ(ModeFor(modes, {0}, StrategyName()), StopMode::kActive);
  modes.account = StopMode::kReduceOnly;
  EXPECT_EQ(ModeFor(modes, {0}, other), StopMode::kReduceOnly);
  EXPECT_EQ(ModeFor(modes, {1}, other), StopMode::kCancelOnly);
}

TEST(ScopedModesTest, StopTheAccountWhenNoMoreStrategiesFit) {
  ScopedModes modes;
  for (std::size_t number = 0; number < ScopedModes::kStrategiesMax; ++number) {
    StopStrategy(modes, "strategy" + std::to_string(number), StopMode::kReduceOnly);
  }
  EXPECT_EQ(modes.account, StopMode::kActive);
  StopStrategy(modes, "strategy3", StopMode::kCancelOnly);
  EXPECT_EQ(modes.account, StopMode::kActive);
  StopStrategy(modes, "one more", StopMode::kReduceOnly);
  EXPECT_EQ(modes.account, StopMode::kReduceOnly);
}

TEST(ScopedModesTest, HaveNamesThatCanBeReadBack) {
  for (const StopScope scope : {StopScope::kAccount, StopScope::kStrategy, StopScope::kSymbol}) {
    EXPECT_EQ(StopScopeFromName(Name(scope)), scope);
  }
  EXPECT_FALSE(StopScopeFromName("world"));
  for (int mode = 0; mode < kStopModes; ++mode) {
    EXPECT_EQ(StopModeFromName(Name(static_cast<StopMode>(mode))), static_cast<StopMode>(mode));
  }
  EXPECT_FALSE(StopModeFromName("asleep"));
}

}  // namespace
}  // namespace bulwark::model

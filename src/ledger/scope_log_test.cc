// Goal: scoped stops outlive everything, the newest row of a scope is in force, and an ended one
//       still counts as news.
// Method: rows written by one handle and read by another, on both databases.

#include "ledger/scope_log.h"

#include <chrono>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "base/time.h"
#include "ledger/ledger.h"
#include "ledger/ledger_backends.h"
#include "ledger/ledger_testing.h"
#include "model/scoped_modes.h"
#include "model/signal.h"
#include "model/stop_mode.h"

namespace bulwark::ledger {
namespace {

using model::StopMode;
using model::StopScope;
using testing_support::Pairs;

constexpr base::UnixNanos kNoon{std::chrono::seconds{1'700'000'000}};

class ScopeLogTest : public testing_support::BothBackendsTest {
 protected:
  std::uint64_t Turn(StopScope scope, const std::string& name, StopMode mode) {
    const auto turned = home_.Open()->TurnScope({.scope = scope,
                                                 .name = name,
                                                 .mode = mode,
                                                 .reason = "test",
                                                 .actor = "human",
                                                 .at = kNoon});
    EXPECT_TRUE(turned.has_value()) << turned.error().message;
    return turned ? turned->sequence : 0;
  }
  [[nodiscard]] model::ScopedModes Modes() const {
    const auto read = home_.Open()->ReadScopes();
    EXPECT_TRUE(read.has_value()) << read.error().message;
    return ModesOf(*read, Pairs());
  }
};

TEST_P(ScopeLogTest, AnswersNothingBeforeTheFirstTurn) {
  EXPECT_EQ(Modes().version, 0U);
  EXPECT_EQ(Modes().account, StopMode::kActive);
}

TEST_P(ScopeLogTest, KeepsTheNewestModeOfEachScope) {
  Turn(StopScope::kSymbol, "ETH/USDT", StopMode::kReduceOnly);
  Turn(StopScope::kSymbol, "DOGE/USDT", StopMode::kCancelOnly);
  Turn(StopScope::kStrategy, "ema_cross", StopMode::kCancelOnly);
  Turn(StopScope::kSymbol, "ETH/USDT", StopMode::kCancelOnly);
  const std::uint64_t last = Turn(StopScope::kAccount, "", StopMode::kReduceOnly);

  const model::ScopedModes modes = Modes();

  EXPECT_EQ(modes.version, last);
  EXPECT_EQ(modes.account, StopMode::kReduceOnly);
  EXPECT_EQ(modes.symbols[1], StopMode::kCancelOnly);
  EXPECT_EQ(modes.symbols[0], StopMode::kActive);
  EXPECT_EQ(ModeFor(modes, {0}, model::StrategyName("ema_cross")), StopMode::kCancelOnly);

  const std::uint64_t ended = Turn(StopScope::kAccount, "", StopMode::kActive);
  EXPECT_EQ(Modes().version, ended);
  EXPECT_EQ(Modes().account, StopMode::kActive);
}

INSTANTIATE_TEST_SUITE_P(Both, ScopeLogTest, testing_support::BothBackends(),
                         testing_support::BackendName);

}  // namespace
}  // namespace bulwark::ledger

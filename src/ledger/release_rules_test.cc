// Goal: the kill switch is set at once and released only after its cooldown and with no critical
//       breaker tripped; every refusal is on record.
// Method: the rule with times around its edge; the ledger on both databases.

#include "ledger/release_rules.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/result.h"
#include "base/time.h"
#include "ledger/ledger.h"
#include "ledger/ledger_backends.h"
#include "ledger/ledger_testing.h"
#include "model/action.h"
#include "model/breaker.h"
#include "model/switches.h"

namespace bulwark::ledger {
namespace {

using model::Breaker;
using model::Switch;
using std::chrono::minutes;
using std::chrono::seconds;
using testing_support::Pairs;

constexpr base::UnixNanos kNoon{seconds{1'700'000'000}};
constexpr ReleaseRules kHour{.cooldown = minutes{60}};

TEST(ReleaseRulesTest, CountsTheCooldownFromWhenTheSwitchWasSet) {
  const model::LatchedBreakers none;
  EXPECT_EQ(WhyNotRelease(std::nullopt, kNoon, none, kHour), "");
  EXPECT_EQ(WhyNotRelease(kNoon, kNoon + minutes{60}, none, kHour), "");
  const std::string early = WhyNotRelease(kNoon, kNoon + minutes{59} + seconds{59}, none, kHour);
  EXPECT_NE(early.find("in 1 min"), std::string::npos) << early;
  EXPECT_NE(WhyNotRelease(kNoon, kNoon - minutes{5}, none, kHour).find("in 60 min"),
            std::string::npos);
  EXPECT_EQ(WhyNotRelease(kNoon, kNoon, none, {}), "");
}

TEST(ReleaseRulesTest, WaitsForTheBreakersThatSpeakOfMoneyAndBooks) {
  for (const Breaker which : {Breaker::kDrawdown, Breaker::kDailyLoss, Breaker::kReconciliation}) {
    model::LatchedBreakers latched;
    latched.at(model::IndexOf(which)) = model::LatchedBreaker{};
    EXPECT_NE(WhyNotRelease(kNoon, kNoon + minutes{60}, latched, kHour).find(model::Name(which)),
              std::string::npos);
  }
  model::LatchedBreakers others;
  others.at(model::IndexOf(Breaker::kStaleData)) = model::LatchedBreaker{};
  EXPECT_EQ(WhyNotRelease(kNoon, kNoon + minutes{60}, others, kHour), "");
}

class ReleaseTest : public testing_support::BothBackendsTest {
 protected:
  static model::SwitchTurn Kill(bool is_on, base::UnixNanos at) {
    return {.which = Switch::kKill, .is_on = is_on, .reason = "test", .actor = "human", .at = at};
  }
};

TEST_P(ReleaseTest, RefusesTooEarlyAndIsNotMovedByASecondStop) {
  const auto ledger = home_.Open();
  ASSERT_TRUE(ledger->Turn(Kill(true, kNoon)));
  const auto early = ledger->ReleaseKill(Kill(false, kNoon + minutes{59}), kHour);
  ASSERT_FALSE(early.has_value());
  EXPECT_EQ(early.error().code, base::ErrorCode::kConflict);
  EXPECT_EQ(early.error().message.find("not recorded"), std::string::npos) << early.error().message;
  EXPECT_TRUE(ledger->ReadSwitches()->kill.is_on);
  ASSERT_TRUE(ledger->Turn(Kill(true, kNoon + minutes{59})));
  const auto released = ledger->ReleaseKill(Kill(false, kNoon + minutes{60}), kHour);
  ASSERT_TRUE(released.has_value()) << released.error().message;
  EXPECT_FALSE(ledger->ReadSwitches()->kill.is_on);
}

TEST_P(ReleaseTest, WaitsForATrippedBreakerThatIsCritical) {
  const auto ledger = home_.Open();
  ASSERT_TRUE(ledger->EnsureAccount({.at = kNoon}));
  const auto epoch = ledger->BeginRun({}, Pairs());
  ASSERT_TRUE(epoch.has_value());
  ASSERT_TRUE(ledger->Turn(Kill(true, kNoon)));
  model::BreakerChanged change{.which = Breaker::kDrawdown, .at = kNoon};
  ASSERT_TRUE(ledger->Commit(*epoch, std::vector<model::Action>{change}));
  EXPECT_FALSE(ledger->ReleaseKill(Kill(false, kNoon + minutes{60}), kHour).has_value());
  change.event = model::BreakerEvent::kEnded;
  ASSERT_TRUE(ledger->Commit(*epoch, std::vector<model::Action>{change}));
  EXPECT_TRUE(ledger->ReleaseKill(Kill(false, kNoon + minutes{61}), kHour).has_value());
}

TEST_P(ReleaseTest, EndsItsOwnStopAtOnceAndNobodyElses) {
  const auto ledger = home_.Open();
  const auto drill = ledger->Turn(Kill(true, kNoon));
  ASSERT_TRUE(drill.has_value());
  const ReleaseRules own{.cooldown = minutes{60}, .own_stop = drill->sequence};
  ASSERT_TRUE(home_.Open()->Turn(Kill(true, kNoon + seconds{1})));

  const auto refused = ledger->ReleaseKill(Kill(false, kNoon + seconds{2}), own);

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, base::ErrorCode::kConflict);
  EXPECT_TRUE(ledger->ReadSwitches()->kill.is_on);

  const ReleaseRules last{.own_stop = ledger->ReadSwitches()->kill.sequence};
  EXPECT_TRUE(ledger->ReleaseKill(Kill(false, kNoon + seconds{3}), last).has_value());
  EXPECT_FALSE(ledger->ReadSwitches()->kill.is_on);
}

INSTANTIATE_TEST_SUITE_P(Both, ReleaseTest, testing_support::BothBackends(),
                         testing_support::BackendName);

}  // namespace
}  // namespace bulwark::ledger

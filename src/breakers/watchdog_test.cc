// Goal: size falls at once with a loss, rises only after enough good measurements in a row, and
//       neither a restart nor what is unknown makes it larger.
// Method: the edges by hand, then random losses against a model that keeps every measurement.

#include "breakers/watchdog.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <random>
#include <string_view>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "model/watchdog.h"

namespace bulwark::breakers {
namespace {

using model::WatchdogLevel;
using std::chrono::milliseconds;
using std::chrono::seconds;

base::Decimal D(std::string_view text) {
  return *base::Decimal::Parse(text);
}

WatchdogLimits Limits() {
  return {.warn = D("5"), .stop = D("8"), .week = D("15"), .factor = D("0.5"), .recovery = 30};
}

class WatchdogTest : public testing::Test {
 protected:
  bool See(std::string_view drawdown, std::string_view week = "0") {
    now_ += seconds{1};
    EXPECT_TRUE(watchdog_.IsDue(now_));
    return watchdog_.See({.drawdown = D(drawdown), .week_loss = D(week)}, now_);
  }
  void SeeTimes(int times, std::string_view drawdown, std::string_view week = "0") {
    for (int n = 0; n < times; ++n) {
      EXPECT_FALSE(See(drawdown, week)) << n;
    }
  }

  Watchdog watchdog_{Limits(), std::nullopt};
  base::UnixNanos now_{seconds{1'700'000'000}};
};

TEST_F(WatchdogTest, HalvesFromTheWarningOnAndStopsFromTheLimitOn) {
  EXPECT_FALSE(See("4.99"));
  EXPECT_EQ(watchdog_.factor(), D("1"));
  EXPECT_TRUE(See("5"));
  EXPECT_EQ(watchdog_.factor(), D("0.5"));
  EXPECT_FALSE(See("7.99"));
  EXPECT_TRUE(See("8"));
  EXPECT_EQ(watchdog_.factor(), D("0"));
  EXPECT_EQ(watchdog_.View().value, D("8"));
  EXPECT_EQ(watchdog_.View().limit, D("8"));
}

TEST_F(WatchdogTest, FallsFromFullToStoppedInOneStep) {
  EXPECT_TRUE(See("20"));
  EXPECT_EQ(watchdog_.level(), WatchdogLevel::kStopped);
}

TEST_F(WatchdogTest, StopsForALostWeekAlone) {
  EXPECT_FALSE(See("0", "14.99"));
  EXPECT_TRUE(See("0", "15"));
  EXPECT_EQ(watchdog_.level(), WatchdogLevel::kStopped);
  EXPECT_EQ(watchdog_.View().value, D("15"));
  EXPECT_EQ(watchdog_.View().limit, D("15"));
}

TEST_F(WatchdogTest, RisesAfterThirtyGoodMeasurementsInARow) {
  EXPECT_TRUE(See("9"));
  SeeTimes(29, "6");
  SeeTimes(1, "8");  // Begins the count anew.
  SeeTimes(29, "6");
  EXPECT_TRUE(See("6"));
  EXPECT_EQ(watchdog_.level(), WatchdogLevel::kReduced);
  SeeTimes(29, "1");
  EXPECT_TRUE(See("1"));
  EXPECT_EQ(watchdog_.level(), WatchdogLevel::kFull);
}

TEST_F(WatchdogTest, IsDueOncePerSecond) {
  See("1");
  now_ += milliseconds{999};
  EXPECT_FALSE(watchdog_.IsDue(now_));
  now_ += milliseconds{1};
  EXPECT_TRUE(watchdog_.IsDue(now_));
}

TEST_F(WatchdogTest, KeepsItsLevelOverARestart) {
  watchdog_ = Watchdog(Limits(), D("0"));
  EXPECT_EQ(watchdog_.level(), WatchdogLevel::kStopped);
  SeeTimes(29, "1");
  EXPECT_TRUE(See("1"));
  watchdog_ = Watchdog(Limits(), D("0.3"));  // The setting was another one.
  EXPECT_EQ(watchdog_.level(), WatchdogLevel::kReduced);
  EXPECT_EQ(watchdog_.factor(), D("0.5"));
  watchdog_ = Watchdog(Limits(), D("1"));
  EXPECT_EQ(watchdog_.level(), WatchdogLevel::kFull);
}

TEST_F(WatchdogTest, JudgesTheFallAloneWhileTheWeekIsUnknown) {
  now_ += seconds{1};
  EXPECT_FALSE(watchdog_.See({.drawdown = D("1"), .week_loss = std::nullopt}, now_));
  EXPECT_TRUE(watchdog_.See({.drawdown = D("9"), .week_loss = std::nullopt}, now_));
}

TEST_F(WatchdogTest, HasRulesThatCanBeTurnedOffOneByOne) {
  watchdog_ = Watchdog({.stop = D("8"), .recovery = 1}, std::nullopt);
  EXPECT_FALSE(See("7", "99"));
  EXPECT_TRUE(See("8"));
  watchdog_ = Watchdog({}, D("0"));
  EXPECT_TRUE(watchdog_.is_off());
  EXPECT_EQ(watchdog_.factor(), D("1"));
  EXPECT_FALSE(watchdog_.IsDue(now_ + seconds{9}));
  EXPECT_FALSE(watchdog_.See({.drawdown = D("99"), .week_loss = D("99")}, now_));
}

TEST_F(WatchdogTest, AgreesWithAModelThatRemembersEverything) {
  std::mt19937_64 random{20261122};  // Fixed, so a failure repeats; the trace names the step.
  int level = 0;
  std::size_t since = 0;  // Measurements since the last change, or since one that was no better.
  for (int step = 0; step < 20'000; ++step) {
    SCOPED_TRACE(step);
    const bool is_calm = step / 50 % 2 == 0;
    const auto drawdown = base::Decimal::FromInt(static_cast<int>(random() % (is_calm ? 5 : 10)));
    const int by_figures = drawdown >= D("8") ? 2 : drawdown >= D("5") ? 1 : 0;
    since = by_figures < level ? since + 1 : 0;
    if (by_figures > level || since >= 30) {
      level = by_figures;
      since = 0;
    }
    now_ += seconds{1};
    (void)watchdog_.See({.drawdown = drawdown, .week_loss = D("0")}, now_);

    ASSERT_EQ(static_cast<int>(watchdog_.level()), level);
  }
}

}  // namespace
}  // namespace bulwark::breakers

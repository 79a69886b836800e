// Goal: mean_reversion buys a break below the band once, and leaves when the price is back.
// Method: a quiet market with one crash and one recovery; option edges.

#include "strategy/mean_reversion.h"

#include <memory>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/result.h"
#include "model/market_data.h"
#include "model/signal.h"
#include "strategy/strategy.h"

namespace bulwark::strategy {
namespace {

model::Bar BarAt(double close) {
  return {.close = *base::Decimal::FromDouble(close)};
}

std::vector<model::Signal> Feed(Strategy& strategy, const std::vector<double>& closes) {
  std::vector<model::Signal> signals;
  for (const double close : closes) {
    if (const auto signal = strategy.OnBar(BarAt(close))) {
      signals.push_back(*signal);
    }
  }
  return signals;
}

// Forty bars around 100, starting and ending below it.
std::vector<double> Quiet() {
  std::vector<double> closes;
  closes.reserve(41);
  for (int i = 0; i < 40; ++i) {
    closes.push_back(i % 2 == 0 ? 99.5 : 100.5);
  }
  closes.push_back(99.5);
  return closes;
}

TEST(MeanReversionTest, SaysLongOnceInACrashAndFlatOnceAfterIt) {
  const auto strategy = *MeanReversion::Create({}, 1);
  ASSERT_EQ(Feed(*strategy, Quiet()).size(), 1U);  // The flat of a start, see below.

  const auto crash = Feed(*strategy, {97, 94, 90});
  ASSERT_EQ(crash.size(), 1U);
  EXPECT_EQ(crash[0].direction, model::Direction::kLong);
  EXPECT_GT(crash[0].confidence, 0.6);
  EXPECT_LE(crash[0].confidence, 1.0);
  EXPECT_EQ(crash[0].strategy.view(), "mean_reversion");

  const auto recovery = Feed(*strategy, {92, 96, 101, 102, 103});
  ASSERT_EQ(recovery.size(), 1U);
  EXPECT_EQ(recovery[0].direction, model::Direction::kFlat);
}

TEST(MeanReversionTest, SaysFlatOnceAfterStartForAPositionOfAnEarlierRun) {
  const auto strategy = *MeanReversion::Create({}, 1);

  const auto signals = Feed(*strategy, Quiet());

  ASSERT_EQ(signals.size(), 1U);
  EXPECT_EQ(signals[0].direction, model::Direction::kFlat);
}

TEST(MeanReversionTest, IsSilentDuringTheWarmUp) {
  const auto strategy = *MeanReversion::Create({.band_periods = 5, .rsi_periods = 10}, 1);
  EXPECT_EQ(strategy->warm_up_bars(), 11U);

  EXPECT_TRUE(Feed(*strategy, {100, 101, 100, 101, 100, 101, 50, 40, 200, 300}).empty());
}

TEST(MeanReversionTest, IsSilentWhilePricesStandStill) {
  const auto strategy = *MeanReversion::Create({}, 1);

  EXPECT_TRUE(Feed(*strategy, std::vector<double>(100, 61'837.63)).empty());
}

TEST(MeanReversionTest, CreateRejectsOptionsThatMeanNothing) {
  for (const MeanReversion::Options options :
       {MeanReversion::Options{.band_periods = 1}, MeanReversion::Options{.rsi_periods = 0},
        MeanReversion::Options{.band_width = 0}, MeanReversion::Options{.rsi_low = 70},
        MeanReversion::Options{.rsi_high = 100}}) {
    const auto strategy = MeanReversion::Create(options, 1);

    ASSERT_FALSE(strategy.has_value());
    EXPECT_EQ(strategy.error().code, base::ErrorCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace bulwark::strategy

// Goal: each O(1) indicator equals its definition computed anew from all values.
// Method: 1,000 random steps at the price of a bitcoin, flat stretches included, against the naive
//         sums.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "strategy/indicators/bollinger.h"
#include "strategy/indicators/ema.h"
#include "strategy/indicators/rsi.h"

namespace bulwark::strategy {
namespace {

// A walk in steps of 0.01 with stretches in which nothing moves.
std::vector<double> Walk(std::size_t steps) {
  std::mt19937_64 random{20240607};
  std::vector<double> values;
  double value = 61'837.63;
  for (std::size_t step = 0; step < steps; ++step) {
    const bool is_flat_stretch = (step / 40) % 5 == 4;
    if (!is_flat_stretch) {
      value += 0.01 * (static_cast<double>(random() % 4'001) - 2'000.0);
    }
    values.push_back(value);
  }
  return values;
}

double NaiveMean(const std::vector<double>& values, std::size_t end, std::size_t periods) {
  double sum = 0;
  for (std::size_t i = end - periods; i < end; ++i) {
    sum += values[i];
  }
  return sum / static_cast<double>(periods);
}

double NaiveDeviation(const std::vector<double>& values, std::size_t end, std::size_t periods) {
  const double mean = NaiveMean(values, end, periods);
  double squares = 0;
  for (std::size_t i = end - periods; i < end; ++i) {
    squares += (values[i] - mean) * (values[i] - mean);
  }
  return std::sqrt(squares / static_cast<double>(periods));
}

// Wilder's averages from the first value on.
double NaiveRsi(const std::vector<double>& values, std::size_t end, std::size_t periods) {
  const auto n = static_cast<double>(periods);
  double gain = 0;
  double loss = 0;
  for (std::size_t i = 1; i < end; ++i) {
    const double up = std::max(values[i] - values[i - 1], 0.0);
    const double down = std::max(values[i - 1] - values[i], 0.0);
    gain = i <= periods ? gain + up / n : (gain * (n - 1) + up) / n;
    loss = i <= periods ? loss + down / n : (loss * (n - 1) + down) / n;
  }
  if (gain + loss == 0) {
    return 50;
  }
  return loss == 0 ? 100 : 100 - 100 / (1 + gain / loss);
}

TEST(EmaTest, EqualsTheWeightedSumOfAllValues) {
  const std::vector<double> values = Walk(1'000);
  Ema ema(21);
  const double weight = 2.0 / 22.0;
  for (std::size_t end = 1; end <= values.size(); ++end) {
    SCOPED_TRACE(end);
    ema.Update(values[end - 1]);

    double naive = values[0] * std::pow(1 - weight, static_cast<double>(end - 1));
    for (std::size_t i = 1; i < end; ++i) {
      naive += weight * values[i] * std::pow(1 - weight, static_cast<double>(end - 1 - i));
    }
    ASSERT_NEAR(ema.value(), naive, 1e-6);
    ASSERT_EQ(ema.is_ready(), end >= 21);
  }
}

TEST(BollingerTest, EqualsMeanAndDeviationOfTheWindow) {
  const std::vector<double> values = Walk(1'000);
  Bollinger bands(20, 2.0);
  for (std::size_t end = 1; end <= values.size(); ++end) {
    SCOPED_TRACE(end);
    bands.Update(values[end - 1]);

    const std::size_t periods = std::min<std::size_t>(end, 20);
    const double mean = NaiveMean(values, end, periods);
    const double deviation = NaiveDeviation(values, end, periods);
    ASSERT_EQ(bands.is_ready(), end >= 20);
    ASSERT_NEAR(bands.middle(), mean, 1e-6);
    ASSERT_NEAR(bands.deviation(), deviation, 1e-3);
    ASSERT_NEAR(bands.lower(), mean - 2 * deviation, 2e-3);
    ASSERT_NEAR(bands.upper(), mean + 2 * deviation, 2e-3);
  }
}

TEST(RsiTest, EqualsWildersAveragesOfAllChanges) {
  const std::vector<double> values = Walk(1'000);
  Rsi rsi(14);
  for (std::size_t end = 1; end <= values.size(); ++end) {
    SCOPED_TRACE(end);
    rsi.Update(values[end - 1]);

    ASSERT_EQ(rsi.is_ready(), end >= 15);
    if (rsi.is_ready()) {
      ASSERT_NEAR(rsi.value(), NaiveRsi(values, end, 14), 1e-6);
    }
  }
}

TEST(RsiTest, IsFiftyWithoutMovementAndAtTheEndsInOneDirection) {
  Rsi still(2);
  Rsi rising(2);
  Rsi falling(2);
  for (int i = 0; i < 10; ++i) {
    still.Update(5);
    rising.Update(5.0 + i);
    falling.Update(50.0 - i);
  }

  EXPECT_EQ(still.value(), 50);
  EXPECT_EQ(rising.value(), 100);
  EXPECT_EQ(falling.value(), 0);
}

TEST(IndicatorTest, IgnoresValuesThatAreNotFinite) {
  Ema ema(3);
  Bollinger bands(3, 2.0);
  Rsi rsi(3);
  for (const double value : {1.0, 2.0, std::numeric_limits<double>::quiet_NaN(), 3.0,
                             std::numeric_limits<double>::infinity(), 4.0}) {
    ema.Update(value);
    bands.Update(value);
    rsi.Update(value);
  }
  Ema clean(3);
  for (const double value : {1.0, 2.0, 3.0, 4.0}) {
    clean.Update(value);
  }

  EXPECT_EQ(ema.value(), clean.value());
  EXPECT_NEAR(bands.middle(), 3.0, 1e-12);
  EXPECT_EQ(rsi.value(), 100);
}

TEST(IndicatorDeathTest, StopsTheProcessForPeriodsThatMeanNothing) {
  EXPECT_DEATH(Ema(0), "ENSURE failed");
  EXPECT_DEATH(Rsi(0), "ENSURE failed");
  EXPECT_DEATH(Bollinger(1, 2.0), "ENSURE failed");
}

}  // namespace
}  // namespace bulwark::strategy

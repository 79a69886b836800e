// Goal: ema_cross speaks on crosses only, after its warm-up, with a confidence that means
//       something.
// Method: straight price paths whose crosses are known, then a random walk against a naive
//         recomputation.

#include "strategy/ema_cross.h"

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/signal.h"

namespace bulwark::strategy {
namespace {

std::unique_ptr<EmaCross> ThreeAndEight(std::size_t instruments = 1) {
  return *EmaCross::Create({.fast_periods = 3, .slow_periods = 8}, instruments);
}

model::Bar BarAt(double close, std::uint16_t instrument = 0) {
  return {.instrument = {instrument},
          .close = *base::Decimal::FromDouble(close),
          .received_at = base::UnixNanos{std::chrono::seconds{99}}};
}

TEST(EmaCrossTest, SaysLongOnTheUpCrossAndFlatOnTheDownCross) {
  const auto strategy = ThreeAndEight();
  std::vector<model::Signal> signals;
  for (int i = 0; i < 60; ++i) {
    const double close = i < 20 ? 200.0 - i : (i < 40 ? 160.0 + i : 240.0 - i);
    if (const auto signal = strategy->OnBar(BarAt(close))) {
      signals.push_back(*signal);
    }
  }

  ASSERT_EQ(signals.size(), 2U);
  EXPECT_EQ(signals[0].direction, model::Direction::kLong);
  EXPECT_EQ(signals[1].direction, model::Direction::kFlat);
  for (const model::Signal& signal : signals) {
    EXPECT_GE(signal.confidence, 0.6);
    EXPECT_LE(signal.confidence, 1.0);
    EXPECT_EQ(signal.strategy.view(), "ema_cross");
    EXPECT_EQ(signal.at, base::UnixNanos{std::chrono::seconds{99}});
  }
}

TEST(EmaCrossTest, IsSilentDuringTheWarmUpAndAboutTheSideItFinds) {
  const auto strategy = ThreeAndEight();
  EXPECT_EQ(strategy->warm_up_bars(), 8U);

  for (int i = 0; i < 30; ++i) {
    EXPECT_FALSE(strategy->OnBar(BarAt(i < 3 ? 100.0 - i : 98.0 + i)).has_value()) << i;
  }
}

TEST(EmaCrossTest, IsSilentWhilePricesStandStill) {
  const auto strategy = ThreeAndEight();

  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(strategy->OnBar(BarAt(100)).has_value());
  }
}

TEST(EmaCrossTest, KeepsInstrumentsApart) {
  const auto together = ThreeAndEight(2);
  const auto alone = ThreeAndEight(1);
  for (int i = 0; i < 60; ++i) {
    const double close = 100 + 10 * std::sin(i * 0.4);
    const auto expected = alone->OnBar(BarAt(close));
    const auto actual = together->OnBar(BarAt(close, 1));
    EXPECT_FALSE(together->OnBar(BarAt(5000, 0)).has_value());

    ASSERT_EQ(actual.has_value(), expected.has_value());
    if (actual) {
      EXPECT_EQ(actual->instrument.index, 1);
      EXPECT_EQ(actual->confidence, expected->confidence);
    }
  }
}

TEST(EmaCrossTest, AgreesWithANaiveRecomputationOnARandomWalk) {
  std::mt19937_64 random{20240607};  // Fixed, so a failure repeats; the trace names the step.
  const auto strategy = ThreeAndEight();
  double price = 10'000;
  double fast = 0;
  double slow = 0;
  int side = 0;
  int signals = 0;
  for (int step = 0; step < 1'000; ++step) {
    SCOPED_TRACE(step);
    price += static_cast<double>(random() % 201) - 100.0;
    fast = step == 0 ? price : fast + (price - fast) * 0.5;
    slow = step == 0 ? price : slow + (price - slow) * (2.0 / 9.0);
    const int now = fast > slow ? 1 : -1;
    const bool is_cross = step >= 8 && now != side;
    side = step >= 7 ? now : 0;

    const auto signal = strategy->OnBar(BarAt(price));

    ASSERT_EQ(signal.has_value(), is_cross);
    if (signal) {
      ++signals;
      EXPECT_EQ(signal->direction == model::Direction::kLong, now > 0);
      EXPECT_TRUE(signal->confidence >= 0.5 && signal->confidence <= 1.0);
    }
  }
  EXPECT_GT(signals, 50);
}

TEST(EmaCrossTest, CreateRejectsPeriodsThatMeanNothing) {
  for (const EmaCross::Options options :
       {EmaCross::Options{.fast_periods = 0, .slow_periods = 5},
        EmaCross::Options{.fast_periods = 5, .slow_periods = 5},
        EmaCross::Options{.fast_periods = 5, .slow_periods = 10'001}}) {
    const auto strategy = EmaCross::Create(options, 1);

    ASSERT_FALSE(strategy.has_value());
    EXPECT_EQ(strategy.error().code, base::ErrorCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace bulwark::strategy

// Follows the trend: long when the fast average crosses above the slow one, flat when below.
//
// Shape:   per instrument two averages of the close and the average size of a bar's move. Speaks on
//          a cross only, never before `slow_periods` bars, and not about the side it finds after
//          them. Touching is no cross. Confidence is 0.5 + 0.5 x / (1 + x), where x is the distance
//          of the averages measured by the distance that one average bar's move opens up: a cross
//          with a quarter of that (x >= 0.25) passes a minimum of 0.6, a grazing one does not.
// Errors:  Create() refuses periods of 0, fast >= slow, and more than kPeriodsMax.
// Threads: the engine thread. Nothing allocates after Create().

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/market_data.h"
#include "model/signal.h"
#include "strategy/indicators/ema.h"
#include "strategy/strategy.h"

namespace bulwark::strategy {

class EmaCross final : public Strategy {
 public:
  static constexpr std::string_view kName = "ema_cross";
  static constexpr std::size_t kPeriodsMax = 10'000;

  struct Options {
    std::size_t fast_periods = 9;
    std::size_t slow_periods = 21;
  };

  static base::Result<std::unique_ptr<EmaCross>> Create(const Options& options,
                                                        std::size_t instruments);

  std::optional<model::Signal> OnBar(const model::Bar& bar) override;
  [[nodiscard]] model::StrategyName name() const override { return model::StrategyName(kName); }
  [[nodiscard]] std::size_t warm_up_bars() const override { return options_.slow_periods; }

 private:
  struct State {
    Ema fast;
    Ema slow;
    Ema move;  // Of the absolute change from bar to bar.
    double previous_close = 0;
    bool has_previous = false;
    std::optional<bool> is_above;  // The side of the fast average; empty until warm.
  };

  EmaCross(const Options& options, std::size_t instruments);

  static double Confidence(const State& state);

  Options options_;
  std::vector<State> states_;  // Indexed by instrument.
};

}  // namespace bulwark::strategy

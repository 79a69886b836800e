// Buys exhaustion: long when the close breaks below the lower Bollinger band with a low RSI, flat
// when it is back above the middle or the RSI is high.
//
// Shape:   per instrument the bands, the RSI and the last opinion. A condition speaks when it
//          begins to hold, not on each bar that it holds. Flat is said once after a long of its
//          own, and once after start (a position may be left from an earlier run): else this
//          strategy would close the positions of the others. Confidence of a long is 0.6 plus up to
//          0.2 for the depth below the band (in deviations) and up to 0.2 for the depth of the RSI
//          below its limit; of a flat 0.8.
// Errors:  Create() refuses periods below 2 or above kPeriodsMax, a width not in (0, 10], and RSI
//          limits that are not 0 < low < high < 100.
// Threads: the engine thread. Nothing allocates after Create().

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/market_data.h"
#include "model/signal.h"
#include "strategy/indicators/bollinger.h"
#include "strategy/indicators/rsi.h"
#include "strategy/strategy.h"

namespace bulwark::strategy {

class MeanReversion final : public Strategy {
 public:
  static constexpr std::string_view kName = "mean_reversion";
  static constexpr std::size_t kPeriodsMax = 10'000;

  struct Options {
    std::size_t band_periods = 20;
    double band_width = 2.0;  // In standard deviations.
    std::size_t rsi_periods = 14;
    double rsi_low = 30;
    double rsi_high = 70;
  };

  static base::Result<std::unique_ptr<MeanReversion>> Create(const Options& options,
                                                             std::size_t instruments);

  std::optional<model::Signal> OnBar(const model::Bar& bar) override;
  [[nodiscard]] model::StrategyName name() const override { return model::StrategyName(kName); }
  [[nodiscard]] std::size_t warm_up_bars() const override;

 private:
  enum class Opinion : std::uint8_t { kUnknown, kLong, kFlat };
  struct State {
    Bollinger bands;
    Rsi rsi;
    Opinion opinion = Opinion::kUnknown;
    bool was_cheap = false;  // On the bar before.
  };

  MeanReversion(const Options& options, std::size_t instruments);

  [[nodiscard]] double LongConfidence(const State& state, double close) const;

  Options options_;
  std::vector<State> states_;  // Indexed by instrument.
};

}  // namespace bulwark::strategy

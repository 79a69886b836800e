#include "strategy/mean_reversion.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "model/market_data.h"
#include "model/signal.h"
#include "strategy/indicators/bollinger.h"
#include "strategy/indicators/rsi.h"

namespace bulwark::strategy {
namespace {

constexpr double kConfidenceBase = 0.6;
constexpr double kConfidencePart = 0.2;
constexpr double kFlatConfidence = 0.8;

bool ArePeriods(std::size_t periods) {
  return periods >= 2 && periods <= MeanReversion::kPeriodsMax;
}

}  // namespace

base::Result<std::unique_ptr<MeanReversion>> MeanReversion::Create(const Options& options,
                                                                   std::size_t instruments) {
  if (!ArePeriods(options.band_periods) || !ArePeriods(options.rsi_periods)) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "mean_reversion needs 2 to " + std::to_string(kPeriodsMax) +
                          " periods, got bands " + std::to_string(options.band_periods) + ", rsi " +
                          std::to_string(options.rsi_periods));
  }
  if (!(options.band_width > 0 && options.band_width <= 10)) {
    return base::Fail(
        base::ErrorCode::kInvalidArgument,
        "mean_reversion needs a band width in (0, 10], got " + std::to_string(options.band_width));
  }
  if (!(0 < options.rsi_low && options.rsi_low < options.rsi_high && options.rsi_high < 100)) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "mean_reversion needs 0 < rsi low < rsi high < 100, got low " +
                          std::to_string(options.rsi_low) + ", high " +
                          std::to_string(options.rsi_high));
  }
  return std::unique_ptr<MeanReversion>(new MeanReversion(options, instruments));
}

MeanReversion::MeanReversion(const Options& options, std::size_t instruments)
    : options_(options),
      states_(instruments, State{.bands = Bollinger(options.band_periods, options.band_width),
                                 .rsi = Rsi(options.rsi_periods)}) {}

std::size_t MeanReversion::warm_up_bars() const {
  return std::max(options_.band_periods, options_.rsi_periods + 1);
}

std::optional<model::Signal> MeanReversion::OnBar(const model::Bar& bar) {
  State& state = states_.at(bar.instrument.index);
  const double close = bar.close.ToDouble();
  state.bands.Update(close);
  state.rsi.Update(close);
  if (!state.bands.is_ready() || !state.rsi.is_ready()) {
    return std::nullopt;
  }
  model::Signal signal{.instrument = bar.instrument, .strategy = name(), .at = bar.received_at};
  const double rsi = state.rsi.value();
  const bool is_cheap = close < state.bands.lower() && rsi < options_.rsi_low;
  const bool has_begun = is_cheap && !state.was_cheap;
  state.was_cheap = is_cheap;
  if (has_begun) {
    state.opinion = Opinion::kLong;
    signal.direction = model::Direction::kLong;
    signal.confidence = LongConfidence(state, close);
    return signal;
  }
  const bool is_dear = close > state.bands.middle() || rsi > options_.rsi_high;
  if (is_dear && state.opinion != Opinion::kFlat) {
    state.opinion = Opinion::kFlat;
    signal.direction = model::Direction::kFlat;
    signal.confidence = kFlatConfidence;
    return signal;
  }
  return std::nullopt;
}

double MeanReversion::LongConfidence(const State& state, double close) const {
  const double deviation = state.bands.deviation();
  const double below = deviation > 0 ? (state.bands.lower() - close) / deviation : 0.0;
  const double exhaustion = (options_.rsi_low - state.rsi.value()) / options_.rsi_low;
  return kConfidenceBase + kConfidencePart * std::clamp(below, 0.0, 1.0) +
         kConfidencePart * std::clamp(exhaustion, 0.0, 1.0);
}

}  // namespace bulwark::strategy

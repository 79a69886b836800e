#include "strategy/ema_cross.h"

#include <cmath>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "model/market_data.h"
#include "model/signal.h"
#include "strategy/indicators/ema.h"

namespace bulwark::strategy {

base::Result<std::unique_ptr<EmaCross>> EmaCross::Create(const Options& options,
                                                         std::size_t instruments) {
  if (options.fast_periods == 0 || options.fast_periods >= options.slow_periods ||
      options.slow_periods > kPeriodsMax) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "ema_cross needs 1 <= fast < slow <= " + std::to_string(kPeriodsMax) +
                          " periods, got fast " + std::to_string(options.fast_periods) + ", slow " +
                          std::to_string(options.slow_periods));
  }
  return std::unique_ptr<EmaCross>(new EmaCross(options, instruments));
}

EmaCross::EmaCross(const Options& options, std::size_t instruments)
    : options_(options),
      states_(instruments, State{.fast = Ema(options.fast_periods),
                                 .slow = Ema(options.slow_periods),
                                 .move = Ema(options.slow_periods),
                                 .is_above = std::nullopt}) {}

std::optional<model::Signal> EmaCross::OnBar(const model::Bar& bar) {
  State& state = states_.at(bar.instrument.index);
  const double close = bar.close.ToDouble();
  if (state.has_previous) {
    state.move.Update(std::abs(close - state.previous_close));
  }
  state.previous_close = close;
  state.has_previous = true;
  state.fast.Update(close);
  state.slow.Update(close);

  const double distance = state.fast.value() - state.slow.value();
  if (!state.slow.is_ready() || distance == 0) {
    return std::nullopt;
  }
  const bool is_above = distance > 0;
  const std::optional<bool> was_above = state.is_above;
  state.is_above = is_above;
  if (!was_above || *was_above == is_above) {
    return std::nullopt;
  }
  return model::Signal{.instrument = bar.instrument,
                       .direction = is_above ? model::Direction::kLong : model::Direction::kFlat,
                       .confidence = Confidence(state),
                       .strategy = name(),
                       .at = bar.received_at};
}

double EmaCross::Confidence(const State& state) {
  const double distance = std::abs(state.fast.value() - state.slow.value());
  const double scale = (state.fast.weight() - state.slow.weight()) * state.move.value();
  // distance / (distance + scale) is x / (1 + x) and has no division by a zero scale: distance > 0.
  return 0.5 + 0.5 * distance / (distance + scale);
}

}  // namespace bulwark::strategy

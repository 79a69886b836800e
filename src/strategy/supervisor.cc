#include "strategy/supervisor.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ensure.h"
#include "base/result.h"
#include "base/uuid.h"
#include "model/market_data.h"
#include "model/signal.h"

namespace bulwark::strategy {

base::Result<Supervisor> Supervisor::Create(const Options& options,
                                            std::span<const model::StrategyName> strategies,
                                            std::size_t instruments) {
  if (strategies.empty() || strategies.size() > kStrategiesMax) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "the supervisor takes 1 to " + std::to_string(kStrategiesMax) +
                          " strategies, got " + std::to_string(strategies.size()));
  }
  if (!(options.min_confidence >= 0 && options.min_confidence <= 1)) {
    return base::Fail(
        base::ErrorCode::kInvalidArgument,
        "min_confidence " + std::to_string(options.min_confidence) + " is not in 0 to 1");
  }
  if (options.min_agreeing == 0 || options.min_agreeing > strategies.size()) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "min_agreeing " + std::to_string(options.min_agreeing) +
                          " is not in 1 to the number of strategies, " +
                          std::to_string(strategies.size()));
  }
  if (options.memory_bars == 0) {
    return base::Fail(base::ErrorCode::kInvalidArgument, "memory_bars is 0");
  }
  return Supervisor(options, strategies, instruments);
}

Supervisor::Supervisor(const Options& options, std::span<const model::StrategyName> strategies,
                       std::size_t instruments)
    : options_(options),
      strategies_(strategies.begin(), strategies.end()),
      rows_(instruments, Row{.opinions = std::vector<Opinion>(strategies.size())}) {}

std::optional<model::Decision> Supervisor::OnBar(const model::Bar& bar,
                                                 std::span<const model::Signal> signals,
                                                 const base::Uuid& id) {
  Row& row = rows_.at(bar.instrument.index);
  ++row.bar;
  ENSURE(std::all_of(signals.begin(), signals.end(), [&](const model::Signal& signal) {
    return signal.instrument == bar.instrument;
  }));
  for (const model::Signal& signal : signals) {
    Take(row, signal);
  }
  const std::optional<std::size_t> flat = Flat(row);
  const std::optional<std::size_t> winner = flat ? flat : Entry(row);
  if (!winner) {
    return std::nullopt;
  }
  const Opinion& opinion = row.opinions[*winner];
  const model::Decision decision{.id = id,
                                 .instrument = bar.instrument,
                                 .direction = opinion.direction,
                                 .confidence = opinion.confidence,
                                 .strategy = strategies_[*winner],
                                 .at = bar.received_at};
  if (flat) {
    std::fill(row.opinions.begin(), row.opinions.end(), Opinion{});
  }
  return decision;
}

void Supervisor::Take(Row& row, const model::Signal& signal) {
  if (!(signal.confidence >= 0 && signal.confidence <= 1)) {
    ++ignored_signals_;
    return;
  }
  const auto found = std::find(strategies_.begin(), strategies_.end(), signal.strategy);
  ENSURE(found != strategies_.end());
  const auto slot = static_cast<std::size_t>(std::distance(strategies_.begin(), found));
  row.opinions[slot] = {
      .direction = signal.direction, .confidence = signal.confidence, .bar = row.bar};
}

bool Supervisor::IsAlive(const Row& row, const Opinion& opinion) const {
  return opinion.bar != 0 && row.bar - opinion.bar < options_.memory_bars &&
         opinion.confidence >= options_.min_confidence;
}

bool Supervisor::IsFreshAndAgreed(const Row& row, model::Direction direction) const {
  std::size_t agreeing = 0;
  bool is_fresh = false;
  for (const Opinion& opinion : row.opinions) {
    if (opinion.direction == direction && IsAlive(row, opinion)) {
      ++agreeing;
      is_fresh = is_fresh || opinion.bar == row.bar;
    }
  }
  return is_fresh && agreeing >= options_.min_agreeing;
}

std::optional<std::size_t> Supervisor::Flat(const Row& row) const {
  std::optional<std::size_t> best;
  for (std::size_t slot = 0; slot < row.opinions.size(); ++slot) {
    const Opinion& opinion = row.opinions[slot];
    if (opinion.bar == row.bar && opinion.direction == model::Direction::kFlat &&
        (!best || opinion.confidence > row.opinions[*best].confidence)) {
      best = slot;
    }
  }
  return best;
}

std::optional<std::size_t> Supervisor::Entry(const Row& row) const {
  const bool is_long = IsFreshAndAgreed(row, model::Direction::kLong);
  const bool is_short = IsFreshAndAgreed(row, model::Direction::kShort);
  std::optional<std::size_t> best;
  for (std::size_t slot = 0; slot < row.opinions.size(); ++slot) {
    const Opinion& opinion = row.opinions[slot];
    const bool may_win = (opinion.direction == model::Direction::kLong && is_long) ||
                         (opinion.direction == model::Direction::kShort && is_short);
    if (may_win && IsAlive(row, opinion) &&
        (!best || opinion.confidence > row.opinions[*best].confidence)) {
      best = slot;
    }
  }
  return best;
}

}  // namespace bulwark::strategy

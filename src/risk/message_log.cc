#include "risk/message_log.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <iterator>

#include "base/time.h"
#include "model/signal.h"
#include "risk/rate_window.h"

namespace bulwark::risk {

using std::chrono::minutes;
using std::chrono::seconds;

MessageLog::MessageLog(const MessageLimits& limits)
    : account_{RateWindow(seconds{1}, limits.per_second),
               RateWindow(minutes{1}, limits.per_minute)},
      strategies_(kStrategiesMax, RateWindow(minutes{1}, limits.per_strategy_minute)) {}

std::size_t MessageLog::PlaceOf(const model::StrategyName& strategy) const {
  const auto* const end = std::next(names_.begin(), static_cast<std::ptrdiff_t>(known_));
  const auto* const found = std::find(names_.begin(), end, strategy);
  return std::min(static_cast<std::size_t>(std::distance(names_.begin(), found)),
                  kStrategiesMax - 1);
}

void MessageLog::Note(const model::StrategyName& strategy, base::UnixNanos now) {
  for (RateWindow& window : account_) {
    window.Note(now);
  }
  const std::size_t place = PlaceOf(strategy);
  if (place == known_) {
    names_.at(place) = strategy;
    ++known_;
  }
  strategies_.at(place).Note(now);
}

const RateWindow* MessageLog::Full(const model::StrategyName& strategy, base::UnixNanos now) const {
  for (const RateWindow& window : account_) {
    if (window.IsFull(now)) {
      return &window;
    }
  }
  const RateWindow& own = strategies_.at(PlaceOf(strategy));
  return own.IsFull(now) ? &own : nullptr;
}

}  // namespace bulwark::risk

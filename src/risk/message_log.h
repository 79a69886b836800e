// What was sent to the venue lately, in several windows: of the account and of each strategy.
//
// Shape:   sends and cancels count, of whatever origin; only entries are ever held back by it.
//          Strategies beyond kStrategiesMax share the last place, which can only hold back more.
// Threads: one thread. Allocates at construction only.
// Source:  docs/risk.md#pace

#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/order.h"
#include "risk/rate_window.h"

namespace bulwark::risk {

struct MessageLimits {
  std::size_t per_second = 20;
  std::size_t per_minute = 300;
  std::size_t per_strategy_minute = 60;
};

class MessageLog {
 public:
  static constexpr std::size_t kStrategiesMax = 16;

  MessageLog() : MessageLog(MessageLimits{}) {}
  explicit MessageLog(const MessageLimits& limits);

  void Note(const model::StrategyName& strategy, base::UnixNanos now);

  // The window that has no room for one more message of this strategy; null when there is room.
  [[nodiscard]] const RateWindow* Full(const model::StrategyName& strategy,
                                       base::UnixNanos now) const;

 private:
  [[nodiscard]] std::size_t PlaceOf(const model::StrategyName& strategy) const;

  std::array<RateWindow, 2> account_;
  std::vector<RateWindow> strategies_;
  std::array<model::StrategyName, kStrategiesMax> names_{};
  std::size_t known_ = 0;
};

}  // namespace bulwark::risk

// The last door before the venue: closed at once by a stop, whatever is still on its way through
// queues.
//
// Shape:   two flags and the time of closing. The watcher sets them the moment it knows; the venue
//          thread asks for each order right before its bytes leave.
// Units:   closed_at in UTC nanoseconds, empty while open.
// Threads: any thread may ask; only the watcher sets. Nothing locks or blocks.
// Source:  docs/risk.md#halt, docs/risk.md#kill-switch

#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "base/time.h"
#include "model/order.h"

namespace bulwark::trader {

class ExitGate {
 public:
  explicit ExitGate(bool allow_strategy_exits_when_killed,
                    const base::Clock& clock = base::SystemClock())
      : clock_(clock), allow_strategy_exits_(allow_strategy_exits_when_killed) {}

  // For the watcher. The time is taken inside, right after the flags took effect.
  void Set(bool is_halted, bool is_killed) {
    const bool was_closed = is_closed();
    is_halted_.store(is_halted);
    is_killed_.store(is_killed);
    if (is_closed() != was_closed) {
      closed_at_ns_.store(is_closed() ? clock_.WallNow().time_since_epoch().count() : 0);
    }
  }

  // Why the order may not leave; null when it may.
  [[nodiscard]] const char* Objection(const model::Order& order) const {
    if (is_halted_.load() && order.origin != model::Origin::kLiquidation) {
      return "halted before it was sent";
    }
    const bool is_free =
        order.reduce_only && (order.origin != model::Origin::kStrategy || allow_strategy_exits_);
    if (is_killed_.load() && !is_free) {
      return "kill switch before it was sent";
    }
    return nullptr;
  }

  [[nodiscard]] std::optional<base::UnixNanos> closed_at() const {
    const std::int64_t ns = closed_at_ns_.load();
    if (ns == 0) {
      return std::nullopt;
    }
    return base::UnixNanos{base::Nanos{ns}};
  }

 private:
  [[nodiscard]] bool is_closed() const { return is_halted_.load() || is_killed_.load(); }

  const base::Clock& clock_;
  bool allow_strategy_exits_;
  // Closed until the watcher has read the stops for the first time.
  std::atomic<bool> is_halted_ = true;
  std::atomic<bool> is_killed_ = true;
  std::atomic<std::int64_t> closed_at_ns_ = 0;
};

}  // namespace bulwark::trader

// The last door before the venue: closed at once by a stop, whatever is still on its way through
// queues.
//
// Shape:   the stops and the time of closing. The watcher sets them the moment it knows; the venue
//          thread passes with each order while its bytes leave. Set() waits for an order that is
//          just passing, so that nothing leaves after the time of closing. Once a newer run holds
//          the account, FenceOff() closes it for everything and for good.
// Units:   closed_at in UTC nanoseconds, empty while open.
// Threads: any thread may ask; only the watcher sets, only the venue thread passes; whoever learns
//          of the newer run fences off. Set() and FenceOff() wait at most kPassageMax.
// Source:  docs/risk.md#halt, docs/risk.md#kill-switch

#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "base/time.h"
#include "model/order.h"
#include "model/scoped_modes.h"
#include "model/stop_mode.h"
#include "trader/scope_flags.h"

namespace bulwark::trader {

class ExitGate {
 public:
  // Longer than a write to a socket that does not block, also on a thread that lost its turn.
  static constexpr base::Nanos kPassageMax{std::chrono::milliseconds{50}};
  static constexpr const char* kFencedReason = "a newer trader holds the account";

  // One order's way through, while this lives.
  class Passage {
   public:
    Passage(std::atomic<bool>& is_passing, const ExitGate& gate, const model::Order& order)
        : is_passing_(is_passing) {
      // First seen to be passing, then asking: Set() does it the other way round, so that one of
      // the two notices.
      is_passing_.store(true);
      objection_ = gate.Objection(order);
    }
    ~Passage() { is_passing_.store(false); }
    Passage(const Passage&) = delete;
    Passage& operator=(const Passage&) = delete;
    Passage(Passage&&) = delete;
    Passage& operator=(Passage&&) = delete;

    // Why the order may not leave; null when it may.
    [[nodiscard]] const char* objection() const { return objection_; }

   private:
    std::atomic<bool>& is_passing_;
    const char* objection_ = nullptr;
  };

  explicit ExitGate(bool allow_strategy_exits_when_killed,
                    const base::Clock& clock = base::SystemClock())
      : clock_(clock), allow_strategy_exits_(allow_strategy_exits_when_killed) {}

  // For the venue thread: the order may leave while the answer lives and has no objection.
  [[nodiscard]] Passage Pass(const model::Order& order) {
    return Passage(is_passing_, *this, order);
  }

  // For the watcher. The time is taken inside, when the stops took effect and nothing passes.
  void Set(bool is_halted, bool is_killed) {
    const bool was_closed = is_closed();
    const std::uint8_t before = stops_.load();
    // In one step: while one stop takes the other's place the gate is open at no moment.
    stops_.store(
        static_cast<std::uint8_t>((is_halted ? kHalted : 0U) | (is_killed ? kKilled : 0U)));
    if (stops_.load() != before) {
      WaitForPassage();
    }
    if (is_closed() != was_closed) {
      closed_at_ns_.store(is_closed() ? clock_.WallNow().time_since_epoch().count() : 0);
    }
  }

  // For the watcher: stops of a part of the account.
  void SetScopes(const model::ScopedModes& modes) {
    scopes_.Set(modes);
    WaitForPassage();
  }

  // A newer run holds the account: nothing of this one leaves any more, not even a liquidation.
  void FenceOff() {
    is_fenced_.store(true);
    WaitForPassage();
  }
  [[nodiscard]] bool is_fenced() const { return is_fenced_.load(); }

  // Why the order may not leave; null when it may.
  [[nodiscard]] const char* Objection(const model::Order& order) const {
    if (is_fenced_.load()) {
      return kFencedReason;
    }
    const std::uint8_t stops = stops_.load();
    if ((stops & kHalted) != 0 && order.origin != model::Origin::kLiquidation) {
      return "halted before it was sent";
    }
    const bool is_free =
        order.reduce_only && (order.origin != model::Origin::kStrategy || allow_strategy_exits_);
    if ((stops & kKilled) != 0 && !is_free) {
      return "kill switch before it was sent";
    }
    const model::StopMode mode = scopes_.ModeFor(order);
    const bool is_exit_allowed = mode != model::StopMode::kCancelOnly && order.reduce_only;
    if (mode != model::StopMode::kActive && !is_exit_allowed &&
        order.origin != model::Origin::kLiquidation) {
      return "stopped by its scope before it was sent";
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
  static constexpr std::uint8_t kHalted = 1;
  static constexpr std::uint8_t kKilled = 2;

  [[nodiscard]] bool is_closed() const { return stops_.load() != 0; }
  void WaitForPassage() const {
    const base::Nanos deadline = clock_.MonotonicNow() + kPassageMax;
    while (is_passing_.load() && clock_.MonotonicNow() < deadline) {
      clock_.Pause(base::Nanos{0});
    }
  }

  const base::Clock& clock_;
  bool allow_strategy_exits_;
  ScopeFlags scopes_;
  // Closed until the watcher has read the stops for the first time.
  std::atomic<std::uint8_t> stops_ = kHalted | kKilled;
  std::atomic<bool> is_fenced_ = false;
  std::atomic<bool> is_passing_ = false;
  std::atomic<std::int64_t> closed_at_ns_ = 0;
};

}  // namespace bulwark::trader

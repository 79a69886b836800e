// The part of the engine that acts on losses: smaller entries, none, and HALT.

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "base/time.h"
#include "engine/engine.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/order.h"
#include "model/watchdog.h"

namespace bulwark::engine {
namespace {

constexpr base::Nanos kPeakEvery{std::chrono::seconds{10}};
constexpr base::Decimal kHundred = base::Decimal::FromInt(100);

std::int32_t DayOf(base::UnixNanos now) {
  const auto day = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
  return static_cast<std::int32_t>(day);
}

}  // namespace

// A stopped one is for the gate to refuse: then there is an answer that names the reason.
base::Decimal Engine::SizeFactor() const {
  return watchdog_.level() == model::WatchdogLevel::kReduced ? watchdog_.factor()
                                                             : base::Decimal::FromInt(1);
}

void Engine::WatchLosses(base::Decimal equity, model::ActionBuffer& out) {
  if (!watchdog_.IsDue(now_)) {
    return;
  }
  const std::optional<base::Decimal> week = week_anchor_.PnlFraction(equity);
  const auto week_loss =
      week ? base::CheckedMul(-*week, kHundred, base::Rounding::kHalfEven) : std::nullopt;
  const bool has_changed =
      watchdog_.See({.drawdown = board_.DrawdownPercent(equity), .week_loss = week_loss}, now_);
  state_.watchdog = watchdog_.View();
  if (has_changed) {
    sizing_.factor = SizeFactor();
    out.Add(model::AnchorSet{.utc_day = DayOf(now_),
                             .equity = watchdog_.factor(),
                             .kind = model::AnchorKind::kWatchdog});
    TellWatchdog(out);
  }
}

void Engine::TellWatchdog(model::ActionBuffer& out) const {
  switch (watchdog_.level()) {
    case model::WatchdogLevel::kFull:
      Alert(model::AlertLevel::kWarning, "WATCHDOG_RECOVERED",
            model::Reason("entries have their full size again"), out);
      return;
    case model::WatchdogLevel::kReduced:
      Alert(model::AlertLevel::kWarning, "WATCHDOG_REDUCED",
            model::Reason("equity fell: entries are made smaller"), out);
      return;
    case model::WatchdogLevel::kStopped:
      Alert(model::AlertLevel::kCritical, "WATCHDOG_STOPPED",
            model::Reason("equity fell: no entries until it recovers"), out);
      return;
  }
}

// The stop itself is written by others, so that it outlives this run: see wants_halt().
void Engine::WatchSession(base::Decimal equity, model::ActionBuffer& out) {
  // Before the first permit nobody knows whether a session goes on.
  if (session_.is_off() || !state_.permit_at || state_.is_halted) {
    return;
  }
  if (session_.See(equity, now_)) {
    wants_halt_ = true;
    state_.is_halted = true;
    BeginHalt(model::Reason(kSessionLimitReason), out);
    SetRunState(model::Reason(kSessionLimitReason), out);
  }
}

// A HALT that is in force for everybody ends the session, and that is kept too: then the next one
// begins with its end, also after a restart.
void Engine::KeepSession(model::ActionBuffer& out) {
  if (session_.is_off()) {
    return;
  }
  if (state_.permit_at && state_.is_halted && !wants_halt_) {
    session_.End();
  }
  const std::optional<base::Decimal> peak = session_.peak();
  const bool is_other_session = peak.has_value() != kept_session_.has_value();
  const bool is_time = now_ - session_kept_at_ >= kPeakEvery;
  if (peak == kept_session_ || (!is_other_session && !is_time)) {
    return;
  }
  kept_session_ = peak;
  session_kept_at_ = now_;
  out.Add(model::AnchorSet{.utc_day = DayOf(now_),
                           .equity = peak.value_or(base::Decimal()),
                           .kind = model::AnchorKind::kSession});
}

}  // namespace bulwark::engine

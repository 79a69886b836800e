#include "breakers/watchdog.h"

#include <chrono>
#include <optional>

#include "base/decimal.h"
#include "base/time.h"
#include "model/watchdog.h"

namespace bulwark::breakers {
namespace {

using base::Decimal;
using model::WatchdogLevel;

constexpr base::Nanos kEvery{std::chrono::seconds{1}};

bool IsReached(Decimal value, Decimal limit) {
  return limit.is_positive() && value >= limit;
}

}  // namespace

Watchdog::Watchdog(const WatchdogLimits& limits, std::optional<Decimal> kept) : limits_(limits) {
  if (!kept || is_off() || *kept >= Decimal::FromInt(1)) {
    return;
  }
  level_ = kept->is_positive() ? WatchdogLevel::kReduced : WatchdogLevel::kStopped;
}

bool Watchdog::is_off() const {
  return limits_.warn.is_zero() && limits_.stop.is_zero() && limits_.week.is_zero();
}

bool Watchdog::IsDue(base::UnixNanos now) const {
  return !is_off() && (!seen_at_ || now - *seen_at_ >= kEvery);
}

WatchdogLevel Watchdog::Wanted(const WatchdogFigures& figures) const {
  const bool is_stop = IsReached(figures.drawdown, limits_.stop) ||
                       (figures.week_loss && IsReached(*figures.week_loss, limits_.week));
  if (is_stop) {
    return WatchdogLevel::kStopped;
  }
  return IsReached(figures.drawdown, limits_.warn) ? WatchdogLevel::kReduced : WatchdogLevel::kFull;
}

bool Watchdog::See(const WatchdogFigures& figures, base::UnixNanos now) {
  if (is_off()) {
    return false;
  }
  seen_at_ = now;
  last_ = figures;
  const WatchdogLevel wanted = Wanted(figures);
  if (wanted == level_) {
    good_ = 0;
    return false;
  }
  if (wanted < level_ && ++good_ < limits_.recovery) {
    return false;
  }
  good_ = 0;
  level_ = wanted;
  return true;
}

Decimal Watchdog::FactorOf(WatchdogLevel level) const {
  switch (level) {
    case WatchdogLevel::kFull:
      return Decimal::FromInt(1);
    case WatchdogLevel::kReduced:
      return limits_.factor;
    case WatchdogLevel::kStopped:
      break;
  }
  return {};
}

model::WatchdogView Watchdog::View() const {
  model::WatchdogView view{.level = level_, .factor = factor()};
  if (!last_) {
    return view;
  }
  const bool is_week = last_->week_loss && IsReached(*last_->week_loss, limits_.week);
  view.value = is_week ? *last_->week_loss : last_->drawdown;
  if (is_week) {
    view.limit = limits_.week;
  } else {
    view.limit = level_ == WatchdogLevel::kStopped ? limits_.stop : limits_.warn;
  }
  return view;
}

}  // namespace bulwark::breakers

#include "engine/equity_anchor.h"

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "base/time.h"
#include "model/action.h"

namespace bulwark::engine {
namespace {

// The first day of the period that `now` is in.
std::int32_t PeriodOf(model::AnchorKind kind, base::UnixNanos now) {
  using std::chrono::days;
  const std::chrono::sys_days day = std::chrono::floor<days>(now);
  const auto number = [](std::chrono::sys_days date) {
    return static_cast<std::int32_t>(date.time_since_epoch().count());
  };
  switch (kind) {
    case model::AnchorKind::kDay:
      return number(day);
    case model::AnchorKind::kWeek:
      return number(day - (std::chrono::weekday(day) - std::chrono::Monday));
    case model::AnchorKind::kInception:
    case model::AnchorKind::kPeak:
    case model::AnchorKind::kSession:
    case model::AnchorKind::kWatchdog:
      return 0;
  }
  return 0;
}

}  // namespace

std::optional<model::AnchorSet> EquityAnchor::Observe(base::UnixNanos now, base::Decimal equity) {
  const std::int32_t period = PeriodOf(kind_, now);
  if (anchor_ && anchor_->utc_day >= period) {
    return std::nullopt;
  }
  anchor_ = model::AnchorSet{.utc_day = period, .equity = equity, .kind = kind_};
  return anchor_;
}

std::optional<base::Decimal> EquityAnchor::PnlFraction(base::Decimal equity) const {
  if (!anchor_ || !anchor_->equity.is_positive()) {
    return std::nullopt;
  }
  return base::CheckedDiv(equity - anchor_->equity, anchor_->equity, base::Rounding::kHalfEven);
}

}  // namespace bulwark::engine

#include "engine/day_anchor.h"

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "base/time.h"
#include "model/action.h"

namespace bulwark::engine {

std::optional<model::AnchorSet> DayAnchor::Observe(base::UnixNanos now, base::Decimal equity) {
  const auto day = static_cast<std::int32_t>(
      std::chrono::floor<std::chrono::days>(now).time_since_epoch().count());
  if (anchor_ && anchor_->utc_day >= day) {
    return std::nullopt;
  }
  anchor_ = model::AnchorSet{.utc_day = day, .equity = equity};
  return anchor_;
}

std::optional<base::Decimal> DayAnchor::PnlFraction(base::Decimal equity) const {
  if (!anchor_ || !anchor_->equity.is_positive()) {
    return std::nullopt;
  }
  return base::CheckedDiv(equity - anchor_->equity, anchor_->equity, base::Rounding::kHalfEven);
}

}  // namespace bulwark::engine

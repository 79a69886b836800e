#include "engine/sizing.h"

#include <algorithm>
#include <optional>

#include "base/decimal.h"
#include "model/instrument.h"

namespace bulwark::engine {

std::optional<base::Decimal> EntryQuantity(const SizingLimits& limits, base::Decimal free_cash,
                                           double confidence, base::Decimal price,
                                           const model::Instrument& instrument) {
  const std::optional<base::Decimal> scale = base::Decimal::FromDouble(confidence);
  if (!price.is_positive() || !free_cash.is_positive() || !scale || !scale->is_positive()) {
    return std::nullopt;
  }
  const base::Decimal share = base::Mul(std::min(*scale, base::Decimal::FromInt(1)),
                                        limits.risk_fraction, base::Rounding::kFloor);
  const base::Decimal notional =
      std::min(base::Mul(free_cash, share, base::Rounding::kFloor), limits.notional_max);
  const std::optional<base::Decimal> quantity =
      base::CheckedMulDiv(notional, limits.factor, price, base::Rounding::kFloor);
  if (!quantity || *quantity < instrument.lot_size) {
    return std::nullopt;
  }
  return quantity->RoundDownTo(instrument.lot_size);
}

}  // namespace bulwark::engine

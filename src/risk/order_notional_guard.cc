#include "risk/order_notional_guard.h"

#include <optional>

#include "base/decimal.h"
#include "model/denial.h"
#include "model/instrument.h"
#include "model/order.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

Verdict OrderNotionalGuard::Check(const GuardInput& input) const {
  const std::optional<base::Decimal> price = input.reference_price();
  if (!price) {
    return model::Denial{.code = model::DenialCode::kNoReferencePrice};
  }
  const base::Decimal notional =
      base::CheckedMul(input.order.quantity, *price, base::Rounding::kCeiling)
          .value_or(base::Decimal::Max());
  if (notional > notional_max_) {
    return model::Denial{
        .code = model::DenialCode::kMaxOrderNotional, .value = notional, .limit = notional_max_};
  }
  if (notional < input.instrument.min_notional) {
    return model::Denial{.code = model::DenialCode::kBadQuantity,
                         .value = notional,
                         .limit = input.instrument.min_notional};
  }
  return std::nullopt;
}

}  // namespace bulwark::risk

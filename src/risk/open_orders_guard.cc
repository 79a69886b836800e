#include "risk/open_orders_guard.h"

#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "model/denial.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

Verdict OpenOrdersGuard::Check(const GuardInput& input) const {
  if (input.books.open_orders >= orders_max_) {
    return model::Denial{
        .code = model::DenialCode::kTooManyOrders,
        .value = base::Decimal::FromInt(static_cast<std::int64_t>(input.books.open_orders)),
        .limit = base::Decimal::FromInt(static_cast<std::int64_t>(orders_max_))};
  }
  return std::nullopt;
}

}  // namespace bulwark::risk

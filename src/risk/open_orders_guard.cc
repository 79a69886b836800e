#include "risk/open_orders_guard.h"

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "model/denial.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

Verdict OpenOrdersGuard::Check(const GuardInput& input) const {
  const std::size_t below = input.order.reduce_only ? exits_below_ : entries_below_;
  if (input.books.open_orders >= below) {
    return model::Denial{
        .code = model::DenialCode::kTooManyOrders,
        .value = base::Decimal::FromInt(static_cast<std::int64_t>(input.books.open_orders)),
        .limit = base::Decimal::FromInt(static_cast<std::int64_t>(below))};
  }
  return std::nullopt;
}

}  // namespace bulwark::risk

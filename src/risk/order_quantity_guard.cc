#include "risk/order_quantity_guard.h"

#include <optional>

#include "model/denial.h"
#include "model/order.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

Verdict OrderQuantityGuard::Check(const GuardInput& input) const {
  if (input.order.quantity > quantity_max_) {
    return model::Denial{.code = model::DenialCode::kMaxOrderQuantity,
                         .value = input.order.quantity,
                         .limit = quantity_max_};
  }
  return std::nullopt;
}

}  // namespace bulwark::risk

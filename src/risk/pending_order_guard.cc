#include "risk/pending_order_guard.h"

#include <optional>

#include "model/denial.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

Verdict PendingOrderGuard::Check(const GuardInput& input) const {
  if (!input.books.has_working_order) {
    return std::nullopt;
  }
  return model::Denial{.code = model::DenialCode::kPendingOrder};
}

}  // namespace bulwark::risk

#include "risk/link_guard.h"

#include <optional>

#include "model/denial.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

Verdict LinkGuard::Check(const GuardInput& input) const {
  if (!input.state.is_venue_up) {
    return model::Denial{.code = model::DenialCode::kVenueDown};
  }
  if (input.order.reduce_only) {
    return std::nullopt;
  }
  if (!input.state.is_feed_up) {
    return model::Denial{.code = model::DenialCode::kFeedDown};
  }
  if (!input.state.are_books_reconciled) {
    return model::Denial{.code = model::DenialCode::kBooksUnreconciled};
  }
  return std::nullopt;
}

}  // namespace bulwark::risk

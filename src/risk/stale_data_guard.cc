#include "risk/stale_data_guard.h"

#include <optional>

#include "base/time.h"
#include "model/denial.h"
#include "risk/guard_input.h"
#include "risk/seconds.h"

namespace bulwark::risk {
Verdict StaleDataGuard::Check(const GuardInput& input) const {
  if (input.order.reduce_only) {
    return std::nullopt;
  }
  const Mark& mark = input.mark();
  if (!mark.price) {
    return model::Denial{.code = model::DenialCode::kNoReferencePrice};
  }
  const base::Nanos age = input.now - mark.received_at;
  if (age > age_max_) {
    return model::Denial{
        .code = model::DenialCode::kStaleData, .value = Seconds(age), .limit = Seconds(age_max_)};
  }
  return std::nullopt;
}

}  // namespace bulwark::risk

#include "risk/permit_guard.h"

#include <optional>

#include "base/time.h"
#include "model/denial.h"
#include "risk/guard_input.h"
#include "risk/seconds.h"

namespace bulwark::risk {
Verdict PermitGuard::Check(const GuardInput& input) const {
  if (input.order.reduce_only) {
    return std::nullopt;
  }
  if (!input.state.permit_at) {
    return model::Denial{.code = model::DenialCode::kPermitStale, .limit = Seconds(lifetime_)};
  }
  const base::Nanos age = input.now - *input.state.permit_at;
  if (age > lifetime_) {
    return model::Denial{.code = model::DenialCode::kPermitStale,
                         .value = Seconds(age),
                         .limit = Seconds(lifetime_)};
  }
  if (!input.state.is_ledger_ok) {
    return model::Denial{.code = model::DenialCode::kLedgerUnavailable};
  }
  if (!input.state.is_redis_ok) {
    return model::Denial{.code = model::DenialCode::kRedisUnavailable};
  }
  return std::nullopt;
}

}  // namespace bulwark::risk

#include "risk/breaker_guard.h"

#include <optional>

#include "model/denial.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

Verdict BreakerGuard::Check(const GuardInput& input) const {
  const std::optional<BreakerBlock>& breaker = input.state.breaker;
  if (input.order.reduce_only || !breaker) {
    return std::nullopt;
  }
  return model::Denial{
      .code = model::DenialCode::kCircuitBreaker, .value = breaker->value, .limit = breaker->limit};
}

}  // namespace bulwark::risk

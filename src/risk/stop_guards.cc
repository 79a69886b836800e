#include "risk/stop_guards.h"

#include <optional>

#include "model/denial.h"
#include "model/order.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

Verdict HaltGuard::Check(const GuardInput& input) const {
  if (input.state.is_halted && input.order.origin != model::Origin::kLiquidation) {
    return model::Denial{.code = model::DenialCode::kHalted};
  }
  return std::nullopt;
}

Verdict KillSwitchGuard::Check(const GuardInput& input) const {
  if (!input.state.is_killed) {
    return std::nullopt;
  }
  const bool is_strategy = input.order.origin == model::Origin::kStrategy;
  if (input.order.reduce_only && (!is_strategy || allow_strategy_exits_)) {
    return std::nullopt;
  }
  return model::Denial{.code = model::DenialCode::kKillSwitch};
}

}  // namespace bulwark::risk

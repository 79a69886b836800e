#include "risk/stop_guards.h"

#include <optional>

#include "model/denial.h"
#include "model/stop_mode.h"
#include "risk/guard_input.h"
#include "risk/halt_lattice.h"

namespace bulwark::risk {

Verdict HaltGuard::Check(const GuardInput& input) const {
  if (input.state.is_halted && !Allows(model::StopMode::kHalted, RequestOf(input.order), false)) {
    return model::Denial{.code = model::DenialCode::kHalted};
  }
  return std::nullopt;
}

Verdict KillSwitchGuard::Check(const GuardInput& input) const {
  if (!input.state.is_killed) {
    return std::nullopt;
  }
  if (Allows(model::StopMode::kKilled, RequestOf(input.order), allow_strategy_exits_)) {
    return std::nullopt;
  }
  return model::Denial{.code = model::DenialCode::kKillSwitch};
}

}  // namespace bulwark::risk

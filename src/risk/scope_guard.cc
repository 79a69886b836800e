#include "risk/scope_guard.h"

#include <optional>

#include "model/denial.h"
#include "model/scoped_modes.h"
#include "model/stop_mode.h"
#include "risk/guard_input.h"
#include "risk/halt_lattice.h"

namespace bulwark::risk {

Verdict ScopeGuard::Check(const GuardInput& input) const {
  const model::ScopedModes& scopes = input.state.scopes;
  const model::StopMode mode = model::ModeFor(scopes, input.instrument.id, input.order.strategy);
  if (!Allows(mode, RequestOf(input.order), /*allow_strategy_exits=*/false)) {
    return model::Denial{.code = mode == model::StopMode::kReduceOnly
                                     ? model::DenialCode::kReduceOnlyScope
                                     : model::DenialCode::kCancelOnlyScope};
  }
  if (!input.order.reduce_only && scopes.version != input.state.scopes_wanted) {
    return model::Denial{.code = model::DenialCode::kScopesUnknown};
  }
  return std::nullopt;
}

}  // namespace bulwark::risk

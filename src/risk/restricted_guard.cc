#include "risk/restricted_guard.h"

#include <optional>

#include "model/denial.h"
#include "model/instrument.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

Verdict RestrictedGuard::Check(const GuardInput& input) const {
  if (!restricted_.test(input.instrument.id.index)) {
    return std::nullopt;
  }
  return model::Denial{.code = model::DenialCode::kRestrictedSymbol};
}

}  // namespace bulwark::risk

#include "risk/entry_cooldown_guard.h"

#include <optional>

#include "base/time.h"
#include "model/denial.h"
#include "model/instrument.h"
#include "risk/entry_log.h"
#include "risk/guard_input.h"
#include "risk/seconds.h"

namespace bulwark::risk {

Verdict EntryCooldownGuard::Check(const GuardInput& input) const {
  const std::optional<base::UnixNanos> last = input.state.entries.LastIn(input.instrument.id);
  if (last && input.now - *last < cooldown_) {
    return model::Denial{.code = model::DenialCode::kEntryCooldown,
                         .value = Seconds(input.now - *last),
                         .limit = Seconds(cooldown_)};
  }
  return std::nullopt;
}

}  // namespace bulwark::risk

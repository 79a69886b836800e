#include "risk/duplicate_guard.h"

#include <optional>

#include "base/time.h"
#include "model/denial.h"
#include "risk/entry_log.h"
#include "risk/guard_input.h"
#include "risk/seconds.h"

namespace bulwark::risk {

Verdict DuplicateGuard::Check(const GuardInput& input) const {
  const std::optional<base::UnixNanos> same = input.state.entries.SameAs(input.order);
  if (same && input.now - *same < window_) {
    return model::Denial{.code = model::DenialCode::kDuplicateOrder,
                         .value = Seconds(input.now - *same),
                         .limit = Seconds(window_)};
  }
  return std::nullopt;
}

}  // namespace bulwark::risk

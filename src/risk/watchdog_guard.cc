#include "risk/watchdog_guard.h"

#include <optional>

#include "model/denial.h"
#include "model/watchdog.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

Verdict WatchdogGuard::Check(const GuardInput& input) const {
  const model::WatchdogView& watchdog = input.state.watchdog;
  if (watchdog.level != model::WatchdogLevel::kStopped) {
    return std::nullopt;
  }
  return model::Denial{
      .code = model::DenialCode::kWatchdog, .value = watchdog.value, .limit = watchdog.limit};
}

}  // namespace bulwark::risk

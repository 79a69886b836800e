#include "process/restart_schedule.h"

#include <algorithm>
#include <optional>

#include "base/time.h"

namespace bulwark::process {

std::optional<base::Nanos> RestartSchedule::OnExit(base::Nanos started_at, base::Nanos ended_at) {
  if (ended_at - started_at >= policy_.stable_after) {
    failures_ = 0;
  }
  ++failures_;
  if (failures_ > policy_.failures_max) {
    return std::nullopt;
  }
  base::Nanos delay = policy_.first_delay;
  for (int i = 1; i < failures_ && delay < policy_.delay_max; ++i) {
    delay *= 2;
  }
  return ended_at + std::min(delay, policy_.delay_max);
}

}  // namespace bulwark::process

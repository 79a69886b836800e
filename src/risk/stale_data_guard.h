// An entry needs a price of its instrument that we received a short while ago.
//
// Shape:   freshness is judged by our receipt, never by the source's clock, which may run ahead or
//          behind.
// Units:   denial value and limit are the age and the longest age in seconds.
// Errors:  none; a denial is an answer.
// Threads: the engine thread only.
// Source:  docs/risk.md#stale-data

#pragma once

#include "base/time.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

class StaleDataGuard {
 public:
  explicit StaleDataGuard(base::Nanos age_max) : age_max_(age_max) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  base::Nanos age_max_;
};

}  // namespace bulwark::risk

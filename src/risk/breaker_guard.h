// No entry while a circuit breaker is tripped, or while one that must be known is not.
//
// Shape:   which breaker it is, is in the run state and among the alerts. Exits pass.
// Units:   denial value and limit in the unit of the breaker.
// Errors:  none; a denial is an answer.
// Threads: the engine thread only.
// Source:  docs/risk.md#circuit-breakers

#pragma once

#include "risk/guard_input.h"

namespace bulwark::risk {

class BreakerGuard {
 public:
  [[nodiscard]] Verdict Check(const GuardInput& input) const;
};

}  // namespace bulwark::risk

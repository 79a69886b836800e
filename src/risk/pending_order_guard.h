// Denies an entry in an instrument that has a working order.
//
// Shape:   orders that wait for a price do not count.
// Units:   none.
// Errors:  none; a denial is an answer.
// Threads: the engine thread only. Pure.
// Source:  docs/risk.md#pace

#pragma once

#include "risk/guard_input.h"

namespace bulwark::risk {

class PendingOrderGuard {
 public:
  [[nodiscard]] Verdict Check(const GuardInput& input) const;
};

}  // namespace bulwark::risk

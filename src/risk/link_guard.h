// No venue, no order; no feed or unreconciled books, no entry.
//
// Errors:  none; a denial is an answer.
// Threads: the engine thread only.
// Source:  docs/risk.md#links

#pragma once

#include "risk/guard_input.h"

namespace bulwark::risk {

class LinkGuard {
 public:
  [[nodiscard]] Verdict Check(const GuardInput& input) const;
};

}  // namespace bulwark::risk

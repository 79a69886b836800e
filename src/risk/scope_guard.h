// Scoped stops: what is left of trading in an account, strategy or symbol that somebody stopped.
//
// Errors:  none; a denial is an answer.
// Threads: the engine thread only.
// Source:  docs/risk.md#scoped-stops

#pragma once

#include "risk/guard_input.h"

namespace bulwark::risk {

// An entry also waits for the scoped stops to be known as of the last permit.
class ScopeGuard {
 public:
  [[nodiscard]] Verdict Check(const GuardInput& input) const;
};

}  // namespace bulwark::risk

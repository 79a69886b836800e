// Denies entries in what the owner put on the list of what is not to be bought.
//
// Shape:   what is held may be sold.
// Units:   none.
// Errors:  none; a denial is an answer.
// Threads: the engine thread only. Pure.
// Source:  docs/risk.md#limits

#pragma once

#include "risk/entry_limits.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

class RestrictedGuard {
 public:
  explicit RestrictedGuard(const Instruments& restricted) : restricted_(restricted) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  Instruments restricted_;
};

}  // namespace bulwark::risk

// Denies an entry that asks for exactly what one asked for a moment ago.
//
// Shape:   same strategy, instrument, side, kind, quantity and prices.
// Units:   seconds.
// Errors:  none; a denial is an answer.
// Threads: the engine thread only. Pure.
// Source:  docs/risk.md#pace

#pragma once

#include "base/time.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

class DuplicateGuard {
 public:
  explicit DuplicateGuard(base::Nanos window) : window_(window) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  base::Nanos window_;
};

}  // namespace bulwark::risk

// Denies an entry too soon after the last one in the instrument.
//
// Shape:   entries that were let through count.
// Units:   seconds.
// Errors:  none; a denial is an answer.
// Threads: the engine thread only. Pure.
// Source:  docs/risk.md#pace

#pragma once

#include "base/time.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

class EntryCooldownGuard {
 public:
  explicit EntryCooldownGuard(base::Nanos cooldown) : cooldown_(cooldown) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  base::Nanos cooldown_;
};

}  // namespace bulwark::risk

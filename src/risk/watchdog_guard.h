// No entry while the watchdog over the account's losses has stopped them.
//
// Shape:   a reduced size is the sizing's business (engine/sizing.h). Exits pass.
// Units:   denial value and limit in percent: the loss and what it was held against.
// Errors:  none; a denial is an answer.
// Threads: the engine thread only.
// Source:  docs/risk.md#watchdog

#pragma once

#include "risk/guard_input.h"

namespace bulwark::risk {

class WatchdogGuard {
 public:
  [[nodiscard]] Verdict Check(const GuardInput& input) const;
};

}  // namespace bulwark::risk

// Denies an entry when the venue heard enough of us lately.
//
// Shape:   messages of the account in a second and a minute, and of the strategy in a minute; exits
//          and cancels count and always leave.
// Units:   messages in the window.
// Errors:  none; a denial is an answer.
// Threads: the engine thread only. Pure.
// Source:  docs/risk.md#pace

#pragma once

#include "risk/guard_input.h"

namespace bulwark::risk {

class MessageRateGuard {
 public:
  [[nodiscard]] Verdict Check(const GuardInput& input) const;
};

}  // namespace bulwark::risk

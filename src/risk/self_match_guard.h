// Denies an entry that could trade with an order of our own.
//
// Shape:   own orders at the venue, on the other side of the same instrument. One without a price
//          matches everything.
// Units:   prices in quote units.
// Errors:  none; a denial is an answer.
// Threads: the engine thread only. Pure.
// Source:  docs/risk.md#limits

#pragma once

#include "risk/guard_input.h"

namespace bulwark::risk {

class SelfMatchGuard {
 public:
  [[nodiscard]] Verdict Check(const GuardInput& input) const;
};

}  // namespace bulwark::risk

// Denies an entry whose limit price is far on the wrong side of the market: a slip of the hand or
// of a feed.
//
// Shape:   the reference is the mark, which the guard on stale data keeps fresh. Buying far below
//          or selling far above it harms nobody.
// Units:   prices in quote units.
// Errors:  none; a denial is an answer.
// Threads: the engine thread only. Pure.
// Source:  docs/risk.md#limits

#pragma once

#include "base/decimal.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

class PriceCollarGuard {
 public:
  explicit PriceCollarGuard(base::Decimal percent) : percent_(percent) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  base::Decimal percent_;
};

}  // namespace bulwark::risk

// Denies an entry that is worth more than the owner wants to risk on one order, or too little for
// the venue.
//
// Shape:   quantity x reference price, rounded up.
// Units:   quote units.
// Errors:  none; a denial is an answer. A value that leaves the range of Decimal is too large.
// Threads: the engine thread only. Pure.
// Source:  docs/risk.md#limits

#pragma once

#include "base/decimal.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

class OrderNotionalGuard {
 public:
  explicit OrderNotionalGuard(base::Decimal notional_max) : notional_max_(notional_max) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  base::Decimal notional_max_;
};

}  // namespace bulwark::risk

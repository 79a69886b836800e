// Denies an entry that would make one position too large a share of the account.
//
// Shape:   held, working entries and this order at the mark, beside equity; without one of them:
//          no.
// Units:   quote units; percent of equity.
// Errors:  none; a denial is an answer. A value that leaves the range of Decimal is too large.
// Threads: the engine thread only. Pure.
// Source:  docs/risk.md#limits

#pragma once

#include "base/decimal.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

class PositionGuard {
 public:
  explicit PositionGuard(base::Decimal percent_max) : percent_max_(percent_max) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  base::Decimal percent_max_;
};

}  // namespace bulwark::risk

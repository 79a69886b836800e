// Denies an entry that would make one sector too large a share of the account.
//
// Shape:   positions at their marks and working entries of the same sector count. Shares without a
//          sector are taken for one sector; a pair of currencies without one has none.
// Units:   quote units.
// Errors:  none; a denial is an answer.
// Threads: the engine thread only. Pure.
// Source:  docs/risk.md#limits

#pragma once

#include "base/decimal.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

class SectorGuard {
 public:
  explicit SectorGuard(base::Decimal percent_max) : percent_max_(percent_max) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  base::Decimal percent_max_;
};

}  // namespace bulwark::risk

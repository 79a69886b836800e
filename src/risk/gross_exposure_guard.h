// Denies an entry that would need borrowed money: all positions, long and short, stay within a
// share of equity.
//
// Shape:   positions at their marks and working entries count.
// Units:   quote units.
// Errors:  none; a denial is an answer.
// Threads: the engine thread only. Pure.
// Source:  docs/risk.md#limits

#pragma once

#include "base/decimal.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

class GrossExposureGuard {
 public:
  explicit GrossExposureGuard(base::Decimal percent_max) : percent_max_(percent_max) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  base::Decimal percent_max_;
};

}  // namespace bulwark::risk

// Denies an entry of more pieces than anybody meant, whatever they cost.
//
// Shape:   one order.
// Units:   quantity in base units.
// Errors:  none; a denial is an answer.
// Threads: the engine thread only. Pure.
// Source:  docs/risk.md#limits

#pragma once

#include "base/decimal.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

class OrderQuantityGuard {
 public:
  explicit OrderQuantityGuard(base::Decimal quantity_max) : quantity_max_(quantity_max) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  base::Decimal quantity_max_;
};

}  // namespace bulwark::risk

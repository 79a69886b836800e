// Denies entries in shares that cost little: they move in large steps and are easily moved.
//
// Shape:   pairs of currencies have no least price; the reference is the limit price, else the
//          mark.
// Units:   price in quote units.
// Errors:  none; a denial is an answer.
// Threads: the engine thread only. Pure.
// Source:  docs/risk.md#limits

#pragma once

#include "base/decimal.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

class MinPriceGuard {
 public:
  explicit MinPriceGuard(base::Decimal price_min) : price_min_(price_min) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  base::Decimal price_min_;
};

}  // namespace bulwark::risk

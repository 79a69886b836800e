// Denies an entry that would leave less cash than the owner wants to keep.
//
// Shape:   free cash after what the order ties up, beside a share of equity.
// Units:   quote units.
// Errors:  none; a denial is an answer.
// Threads: the engine thread only. Pure.
// Source:  docs/risk.md#limits

#pragma once

#include "base/decimal.h"
#include "model/portfolio.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

class CashReserveGuard {
 public:
  CashReserveGuard(base::Decimal reserve_percent, base::Decimal buffer_percent,
                   const model::AccountTerms& terms)
      : reserve_percent_(reserve_percent), buffer_percent_(buffer_percent), terms_(terms) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  base::Decimal reserve_percent_;
  base::Decimal buffer_percent_;
  model::AccountTerms terms_;
};

}  // namespace bulwark::risk

// Denies an entry that the free cash does not pay: notional and a buffer for fees and slippage.
//
// Shape:   the account's terms say what part of the notional is tied up.
// Units:   quote units; percent of notional.
// Errors:  none; a denial is an answer. An amount that leaves the range of Decimal is too large.
// Threads: the engine thread only. Pure.
// Source:  docs/risk.md#limits

#pragma once

#include <optional>

#include "base/decimal.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

class CashGuard {
 public:
  CashGuard(base::Decimal buffer_percent, const model::AccountTerms& terms)
      : buffer_percent_(buffer_percent), terms_(terms) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  base::Decimal buffer_percent_;
  model::AccountTerms terms_;
};

// What an opening order ties up: quantity x price, or the part of it that the account's terms want
// as collateral, and the buffer on all of it; rounded up. Empty when it leaves the range.
std::optional<base::Decimal> CashToReserve(const model::NewOrder& order, base::Decimal price,
                                           base::Decimal buffer_percent,
                                           const model::AccountTerms& terms);

}  // namespace bulwark::risk

// Refuses orders that mean nothing: not positive, off the tick or lot, or "reducing" more than is
// held.
//
// Shape:   applies to every order of every origin. Decimals are finite by construction.
// Units:   denial value and limit are quantities or prices, as the code says.
// Errors:  none; a denial is an answer.
// Threads: the engine thread only.
// Source:  docs/risk.md#order-sanity, contract section 7.2

#pragma once

#include "model/portfolio.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

class OrderSanityGuard {
 public:
  explicit OrderSanityGuard(const model::AccountTerms& terms) : terms_(terms) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  model::AccountTerms terms_;
};

}  // namespace bulwark::risk

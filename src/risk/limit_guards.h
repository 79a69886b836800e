// The limits on entries: size of one order, size of a position, cash, pace. Working orders count.
//
// Shape:   orders that only reduce are never blocked by a limit.
// Units:   denial value and limit: notional and cash in quote units, pace in seconds, orders in
//          pieces.
// Errors:  Create-time limits are checked by config; a denial is an answer. An amount that leaves
//          the range of Decimal is denied as too large.
// Threads: the engine thread only.
// Source:  docs/risk.md#limits

#pragma once

#include <cstddef>
#include <optional>

#include "base/decimal.h"
#include "base/time.h"
#include "model/portfolio.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

// Quantity x reference price of one order.
class OrderNotionalGuard {
 public:
  explicit OrderNotionalGuard(base::Decimal notional_max) : notional_max_(notional_max) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  base::Decimal notional_max_;
};

// Projected position (held + working entries + this order) as a share of equity; without
// an equity: no.
class PositionGuard {
 public:
  explicit PositionGuard(base::Decimal percent_max) : percent_max_(percent_max) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  base::Decimal percent_max_;
};

// The cash that the order reserves: notional and a buffer for fees and slippage.
class CashGuard {
 public:
  CashGuard(base::Decimal buffer_percent, const model::AccountTerms& terms)
      : buffer_percent_(buffer_percent), terms_(terms) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  base::Decimal buffer_percent_;
  model::AccountTerms terms_;
};

// One working order per instrument, a pause between entries, and a bound on open orders.
class PaceGuard {
 public:
  PaceGuard(base::Nanos cooldown, std::size_t open_orders_max)
      : cooldown_(cooldown), open_orders_max_(open_orders_max) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  base::Nanos cooldown_;
  std::size_t open_orders_max_;
};

// What an opening order ties up: quantity x price, or the part of it that the account's terms want
// as collateral, and the buffer on all of it; rounded up. Empty when it leaves the range.
std::optional<base::Decimal> CashToReserve(const model::NewOrder& order, base::Decimal price,
                                           base::Decimal buffer_percent,
                                           const model::AccountTerms& terms);

}  // namespace bulwark::risk

// What a fill does to the books: cash, position, cost and realised P&L, to the last digit.
//
// Shape:   works on owned amounts (free + blocked together); moving between free and blocked is the
//          business of reservations (oms). Cost is the average-cost method: a sale takes its share
//          of the cost, the last sale takes all of it, so that a flat position has cost zero.
// Units:   quote units for cash, cost, P&L and fees; base units for quantity.
// Errors:  none; a fill was checked when it was decoded. The books show what happened, also when
//          cash or a position becomes negative by it.
// Threads: any, on the caller's value. Nothing allocates. The same code serves the OMS, recovery
//          and `ledger verify`.
// Source:  docs/decisions.md#money-is-exact-decimals, contract section 2.5

#pragma once

#include "base/decimal.h"
#include "model/fill.h"
#include "model/market_data.h"
#include "model/portfolio.h"

namespace bulwark::model {

// The change that one fill makes.
struct FillEffect {
  base::Decimal cash;          // Signed, fee included.
  base::Decimal quantity;      // Signed.
  base::Decimal cost;          // Signed.
  base::Decimal realised_pnl;  // Net of this fill's fee.
};

// Requires: fill.quantity > 0.
FillEffect EffectOf(const Fill& fill, const Position& position);

// Books the effect into free cash and free quantity, P&L and fees; answers it.
FillEffect ApplyFill(const Fill& fill, Portfolio& portfolio);

}  // namespace bulwark::model

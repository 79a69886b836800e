// What fills and adjustments do to the books: cash, position, lots, collateral and realised P&L, to
// the last digit.
//
// Shape:   works on owned amounts (free + blocked together); moving between free and blocked is the
//          business of reservations (oms), but for the collateral of open positions, which is kept
//          here. What is sold first was bought first; the last part of a lot takes all that is left
//          of its cost, so that a flat position has cost zero.
// Units:   quote units for cash, cost, P&L and fees; base units for quantity.
// Errors:  none; a fill was checked when it was decoded. The books show what happened, also when
//          cash or a position becomes negative by it.
// Threads: any, on the caller's value. Nothing allocates. The same code serves the OMS, recovery
//          and `ledger verify`.
// Source:  docs/decisions.md#money-is-exact-decimals, docs/orders.md#lots, contract section 2.5

#pragma once

#include <optional>

#include "base/decimal.h"
#include "base/time.h"
#include "model/adjustment.h"
#include "model/fill.h"
#include "model/market_data.h"
#include "model/portfolio.h"

namespace bulwark::model {

// The change that one fill or adjustment makes.
struct BooksEffect {
  base::Decimal cash;                   // Signed, fee included. Collateral is not taken off.
  base::Decimal quantity;               // Signed.
  base::Decimal cost;                   // Signed.
  base::Decimal realised_pnl;           // Net of this fill's fee.
  base::Decimal closed_quantity;        // The part that reduced the position, without sign,
  base::Decimal closed_cost;            // and what the lots it took had cost, with their sign.
  std::optional<RoundTrip> ended_trip;  // The position became flat, or went beyond.
};
using FillEffect = BooksEffect;

// Books the fill into free cash and free quantity, lots, collateral, P&L and fees. A purchase whose
// fee in base units is all of it moves nothing, one whose fee is more takes from the position.
FillEffect ApplyFill(const Fill& fill, Portfolio& portfolio);

BooksEffect ApplyAdjustment(const Adjustment& adjustment, Portfolio& portfolio);

// The adjustment that takes a fill back, given what ApplyFill() answered when it was booked.
Adjustment Undo(const Fill& fill, base::Decimal closed_quantity, base::Decimal closed_cost);

// What must be blocked to hold the opened notional, a short sale's proceeds included.
base::Decimal CollateralFor(const AccountTerms& terms, Side side, base::Decimal notional);

// Value of a position at a price, as equity counts it.
std::optional<base::Decimal> ValueAt(const Position& position, base::Decimal price,
                                     const AccountTerms& terms);

}  // namespace bulwark::model

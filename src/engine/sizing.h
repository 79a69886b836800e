// How much to buy: a fraction of the free cash, scaled by confidence, in whole lots.
//
// Units:   cash in quote units, quantity in base units.
// Errors:  empty when the result is below one lot or the price is not positive.
// Threads: any; pure.
// Source:  contract section 2.4

#pragma once

#include <optional>

#include "base/decimal.h"
#include "model/instrument.h"

namespace bulwark::engine {

struct SizingLimits {
  base::Decimal risk_fraction;  // Of free cash per entry, in (0, 1].
  base::Decimal notional_max;   // The gate's bound; sizing does not ask for more.
  base::Decimal factor = base::Decimal::FromInt(1);  // Of the full size; the watchdog's word.
};

// (free_cash x risk_fraction x confidence, at most notional_max) x factor / price, rounded down to
// the lot.
std::optional<base::Decimal> EntryQuantity(const SizingLimits& limits, base::Decimal free_cash,
                                           double confidence, base::Decimal price,
                                           const model::Instrument& instrument);

}  // namespace bulwark::engine

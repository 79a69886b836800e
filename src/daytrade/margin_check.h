// May this order be sent under the intraday margin rule: what is required for each position, how
// much is then left, and how much of an order would fit.
//
// Shape:   the intraday margin level is equity less requirements, the broker's sum or ours, which
//          is more. Working orders that lower it are taken as filled at their worst price; working
//          exits give nothing before they fill.
// Units:   US dollars. capacity is the notional that may be added.
// Errors:  none. What cannot be computed is larger than any account.
// Threads: any. Nothing allocates.
// Source:  docs/day-trades.md#intraday-margin

#pragma once

#include <span>

#include "base/decimal.h"
#include "daytrade/account.h"
#include "daytrade/policy.h"

namespace bulwark::daytrade {

// Of the position's value, long; of one share, short.
base::Decimal LongRate(const Policy& policy, base::Decimal price, const MarginTerms& terms);
base::Decimal ShortRequirementPerShare(const Policy& policy, base::Decimal price,
                                       const MarginTerms& terms);
// Of a signed quantity at a price.
base::Decimal Requirement(const Policy& policy, base::Decimal quantity, base::Decimal price,
                          const MarginTerms& terms);

struct MarginFigures {
  bool is_reducing_level = false;  // Whether the order lowers the level at all.
  base::Decimal level;             // Now.
  base::Decimal worst;             // When all working orders have filled.
  base::Decimal after;             // And this one.
  base::Decimal buffer;
  base::Decimal gross_after;
  base::Decimal gross_max;
  base::Decimal debit_after;  // Cash that is owed; zero when none is.
  base::Decimal capacity;     // Before the cap on leverage.
  base::Decimal capacity_capped;
  bool is_short_after = false;

  [[nodiscard]] bool fits_buffer() const { return after >= buffer; }
};

base::Decimal MarginLevel(const Policy& policy, const Snapshot& snapshot,
                          std::span<const Holding> holdings);

// Takes a purchase against a short position, or a sale against a long one, as closing up to what is
// held; only the rest lowers the level.
MarginFigures MeasureMargin(const Policy& policy, const Snapshot& snapshot,
                            std::span<const Holding> holdings, std::span<const Pending> pending,
                            const Intent& intent);

// What must go before the close for positions worth `gross` to be held over night.
base::Decimal ToCutBeforeClose(base::Decimal multiple, base::Decimal equity, base::Decimal gross);

}  // namespace bulwark::daytrade

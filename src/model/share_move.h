// What moved shares of an instrument, in the order of booking: a trade, or a change of the books.
//
// Shape:   `quantity` is what it did to the position.
// Units:   signed base units.
// Threads: a trivially copyable value.
// Source:  docs/day-trades.md#in-the-trader

#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "model/adjustment.h"
#include "model/fill.h"

namespace bulwark::model {

struct ShareMove {
  std::variant<Fill, Adjustment> what;
  base::Decimal quantity;
};

// The newest ones, oldest first.
struct ShareMoves {
  std::vector<ShareMove> rows;
  // There were others before this time; empty when these are all.
  std::optional<base::UnixNanos> complete_since;
};

}  // namespace bulwark::model

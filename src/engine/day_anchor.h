// The equity from which the day's profit and loss is counted: one per UTC date of the wall clock.
//
// Shape:   set by the first known equity of a date, kept across restarts by the ledger, never
//          replaced by an older date.
// Units:   equity in quote units; PnlFraction() is a fraction (-0.012 = -1.2 %).
// Threads: the engine thread only. Pure.
// Source:  contract section 1.2.6

#pragma once

#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "base/time.h"
#include "model/action.h"

namespace bulwark::engine {

class DayAnchor {
 public:
  explicit DayAnchor(std::optional<model::AnchorSet> recovered) : anchor_(recovered) {}

  // Tells the equity at `now`; answers the new anchor when it is the first of its date.
  std::optional<model::AnchorSet> Observe(base::UnixNanos now, base::Decimal equity);

  // Empty before the first anchor, and when the anchor is not positive.
  [[nodiscard]] std::optional<base::Decimal> PnlFraction(base::Decimal equity) const;

 private:
  std::optional<model::AnchorSet> anchor_;
};

}  // namespace bulwark::engine

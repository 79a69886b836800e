// The equity from which profit and loss of a period is counted: a UTC date of the wall clock, the
// week that begins on its Monday, or the whole life of the account.
//
// Shape:   set by the first known equity of a period, kept across restarts by the ledger, never
//          replaced by an older period.
// Units:   equity in quote units; PnlFraction() is a fraction (-0.012 = -1.2 %).
// Threads: the engine thread only. Pure.
// Source:  contract section 1.2.6

#pragma once

#include <optional>

#include "base/decimal.h"
#include "base/time.h"
#include "model/action.h"

namespace bulwark::engine {

class EquityAnchor {
 public:
  EquityAnchor(model::AnchorKind kind, std::optional<model::AnchorSet> recovered)
      : kind_(kind), anchor_(recovered) {}

  // Tells the equity at `now`; answers the new anchor when it is the first of its period.
  std::optional<model::AnchorSet> Observe(base::UnixNanos now, base::Decimal equity);

  [[nodiscard]] std::optional<base::Decimal> equity() const {
    return anchor_ ? std::optional(anchor_->equity) : std::nullopt;
  }
  // Empty before the first anchor, and when the anchor is not positive.
  [[nodiscard]] std::optional<base::Decimal> PnlFraction(base::Decimal equity) const;

 private:
  model::AnchorKind kind_;
  std::optional<model::AnchorSet> anchor_;
};

}  // namespace bulwark::engine

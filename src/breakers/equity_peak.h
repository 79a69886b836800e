// The highest equity so far, which a single high price cannot make.
//
// Shape:   the least of three measurements in a row counts. Begins with what an earlier run kept.
// Units:   quote units.
// Errors:  none.
// Threads: the engine thread only. Pure: no clock, I/O or allocation.
// Source:  docs/risk.md#circuit-breakers

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "base/decimal.h"

namespace bulwark::breakers {

class EquityPeak {
 public:
  explicit EquityPeak(std::optional<base::Decimal> kept) : peak_(kept) {}

  void See(base::Decimal equity) {
    last_.at(next_) = equity;
    next_ = (next_ + 1) % last_.size();
    std::optional<base::Decimal> least;
    for (const auto& seen : last_) {
      if (!seen) {
        return;
      }
      least = least ? std::min(*least, *seen) : *seen;
    }
    if (least && (!peak_ || *least > *peak_)) {
      peak_ = least;
    }
  }
  void Restart() { *this = EquityPeak(std::nullopt); }

  [[nodiscard]] std::optional<base::Decimal> value() const { return peak_; }
  // How far `equity` is below the highest, in percent of it; all of it when that was nothing.
  [[nodiscard]] base::Decimal DrawdownPercent(base::Decimal equity) const {
    constexpr base::Decimal kHundred = base::Decimal::FromInt(100);
    const base::Decimal peak = std::max(peak_.value_or(equity), equity);
    const auto drawdown = peak.is_positive() ? base::CheckedMulDiv(peak - equity, kHundred, peak,
                                                                   base::Rounding::kHalfEven)
                                             : std::nullopt;
    return drawdown.value_or(kHundred);
  }

 private:
  std::optional<base::Decimal> peak_;
  std::array<std::optional<base::Decimal>, 3> last_;
  std::size_t next_ = 0;
};

}  // namespace bulwark::breakers

// Denies an entry that would be too large a share of what is traded.
//
// Shape:   the order and the working entries beside the average volume of the last candles. Unknown
//          volume counts as none; percent zero turns the guard off.
// Units:   quantity in base units.
// Errors:  none; a denial is an answer.
// Threads: the engine thread only. Pure.
// Source:  docs/risk.md#limits

#pragma once

#include "base/decimal.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

class VolumeShareGuard {
 public:
  explicit VolumeShareGuard(base::Decimal percent) : percent_(percent) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  base::Decimal percent_;
};

}  // namespace bulwark::risk

// Denies an entry when so many were let through in this candle of the instrument.
//
// Shape:   candles as long as the strategies' bars; most zero turns the guard off.
// Units:   entries.
// Errors:  none; a denial is an answer.
// Threads: the engine thread only. Pure.
// Source:  docs/risk.md#pace

#pragma once

#include <cstddef>

#include "base/time.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

class CandleGuard {
 public:
  CandleGuard(base::Nanos candle, std::size_t entries_max)
      : candle_(candle), entries_max_(entries_max) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  base::Nanos candle_;
  std::size_t entries_max_;
};

}  // namespace bulwark::risk

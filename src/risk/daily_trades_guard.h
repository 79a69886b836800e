// Denies an entry when so many were let through today.
//
// Shape:   entries of the UTC date, counted over restarts; most zero turns the guard off.
// Units:   entries.
// Errors:  none; a denial is an answer.
// Threads: the engine thread only. Pure.
// Source:  docs/risk.md#pace

#pragma once

#include <cstddef>

#include "risk/guard_input.h"

namespace bulwark::risk {

class DailyTradesGuard {
 public:
  explicit DailyTradesGuard(std::size_t entries_max) : entries_max_(entries_max) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  std::size_t entries_max_;
};

}  // namespace bulwark::risk

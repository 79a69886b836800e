// Denies an entry that would make one position too many.
//
// Shape:   instruments that are held or being entered count; adding to one of them does not.
// Units:   positions.
// Errors:  none; a denial is an answer.
// Threads: the engine thread only. Pure.
// Source:  docs/risk.md#limits

#pragma once

#include <cstddef>

#include "risk/guard_input.h"

namespace bulwark::risk {

class PositionCountGuard {
 public:
  explicit PositionCountGuard(std::size_t positions_max) : positions_max_(positions_max) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  std::size_t positions_max_;
};

}  // namespace bulwark::risk

// Denies one order more than can be kept.
//
// Shape:   holds for exits too, as they could not be stored; the bound is far above what the other
//          limits let happen.
// Units:   orders.
// Errors:  none; a denial is an answer.
// Threads: the engine thread only. Pure.
// Source:  docs/risk.md#pace

#pragma once

#include <cstddef>

#include "risk/guard_input.h"

namespace bulwark::risk {

class OpenOrdersGuard {
 public:
  explicit OpenOrdersGuard(std::size_t orders_max) : orders_max_(orders_max) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  std::size_t orders_max_;
};

}  // namespace bulwark::risk

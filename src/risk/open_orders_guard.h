// Denies one order more than can be kept.
//
// Shape:   an order that only reduces has room where an entry has none left: only a full store, of
//          orders that others made, can keep it.
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
  OpenOrdersGuard(std::size_t entries_below, std::size_t exits_below)
      : entries_below_(entries_below), exits_below_(exits_below) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  std::size_t entries_below_;
  std::size_t exits_below_;
};

}  // namespace bulwark::risk

// The two stops: HALT owns the whole book, the kill switch stops entries and, unless configured,
// the strategies' own exits.
//
// Errors:  none; a denial is an answer.
// Threads: the engine thread only.
// Source:  docs/risk.md#halt, docs/risk.md#kill-switch

#pragma once

#include "risk/guard_input.h"

namespace bulwark::risk {

// Under HALT only the liquidation may send.
class HaltGuard {
 public:
  [[nodiscard]] Verdict Check(const GuardInput& input) const;
};

// Under the kill switch protective, operator and liquidation exits pass; strategy exits if allowed.
class KillSwitchGuard {
 public:
  explicit KillSwitchGuard(bool allow_strategy_exits)
      : allow_strategy_exits_(allow_strategy_exits) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  bool allow_strategy_exits_;
};

}  // namespace bulwark::risk

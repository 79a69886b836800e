// Denies an entry that the rules on day trades, intraday margin or settlement would make a breach
// or leave without a way out.
//
// Shape:   the judgement is made before (daytrade/guard.h) and comes with the input; without one
//          the instrument is not under these rules. An order that only reduces is never denied
//          here: the engine raises an alert instead.
// Errors:  none; a denial is an answer.
// Threads: the engine thread only. Pure.
// Source:  docs/risk.md#day-trades, docs/day-trades.md#decision-table

#pragma once

#include "risk/guard_input.h"

namespace bulwark::risk {

class DayTradeGuard {
 public:
  [[nodiscard]] Verdict Check(const GuardInput& input) const;
};

}  // namespace bulwark::risk

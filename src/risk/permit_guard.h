// Adding risk needs a fresh positive proof that the stops were read and that Redis and ledger live.
//
// Shape:   the proof has a lease of `lifetime`; without a proof, or with an old one, the answer is
//          no. Orders that only reduce pass.
// Units:   denial value and limit are the age and the lease in seconds.
// Errors:  none; a denial is an answer.
// Threads: the engine thread only.
// Source:  docs/risk.md#permit

#pragma once

#include "base/time.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

class PermitGuard {
 public:
  explicit PermitGuard(base::Nanos lifetime) : lifetime_(lifetime) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const;

 private:
  base::Nanos lifetime_;
};

}  // namespace bulwark::risk

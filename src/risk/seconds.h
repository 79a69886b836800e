// A span of time as a decimal number of seconds, for the value and limit of a denial.
//
// Units:   nanoseconds in, seconds out, cut to 10 ns.
// Threads: any; pure.

#pragma once

#include "base/decimal.h"
#include "base/time.h"

namespace bulwark::risk {

inline base::Decimal Seconds(base::Nanos span) {
  constexpr auto kNanosPerStep = 1'000'000'000 / base::Decimal::kScale;
  return base::Decimal::FromRaw(span.count() / kNanosPerStep);
}

}  // namespace bulwark::risk

// What Redis shows of the circuit breakers, and what others tell them through it.
//
// Shape:   risk:circuit_breaker:<name> is {"tripped", "reason", "checked_at"} in the spaced
//          spelling; `tripped` says whether entries are held up. The reason is never empty.
//          risk:circuit_breaker (the channel) tells a trip or an end. Heartbeats are plain times.
// Units:   numbers in reasons in the unit of the breaker, with its number of decimals.
// Errors:  decoding is kCorrupt.
// Threads: any. Encoding allocates only when `out` has to grow.
// Source:  contract sections 1.6, 4.3

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "model/action.h"
#include "model/breaker.h"

namespace bulwark::contract {

std::string BreakerReason(model::Breaker which, const model::BreakerView& view);

void EncodeBreakerView(std::string& out, model::Breaker which, const model::BreakerView& view);

// Requires: the change is a trip or an end.
void EncodeBreakerChange(std::string& out, const model::BreakerChanged& change);

struct VixReading {
  base::Decimal level;
  base::UnixNanos at;
};
// {"level": 18.2, "at": "..."}
base::Result<VixReading> DecodeVixReading(std::string_view text);

}  // namespace bulwark::contract

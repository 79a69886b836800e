// Recognises the order ids that some run of this installation has made.
//
// Shape:   ids are derived from (epoch, sequence) and can be read back (base/uuid.h); another
//          program's random id is taken for ours less than once in 2^28 times.
// Threads: any; pure.
// Source:  docs/decisions.md#ids-are-deterministic

#pragma once

#include <cstdint>

#include "model/order.h"

namespace bulwark::reconcile {

// Whether a run with an epoch from 1 to `epoch_max` made it.
bool IsOwnId(const model::OrderId& id, std::uint64_t epoch_max);

}  // namespace bulwark::reconcile

// Makes an entry smaller that was refused for its size.
//
// Shape:   the gate itself is asked again and again, so that no rule is written twice: at most
//          kQuestionsMax times, few of them when the limit grows with price x quantity.
// Units:   whole lots of the instrument.
// Errors:  empty when the denial is not about size, or when no size would pass.
// Threads: any; pure. Does not allocate.
// Source:  docs/risk.md#smaller-instead-of-not-at-all

#pragma once

#include <optional>

#include "model/denial.h"
#include "model/order.h"
#include "risk/gate.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

constexpr int kQuestionsMax = 80;

// The order with the largest quantity that the gate lets pass. Requires: `denial` is the gate's
// answer to `input`.
std::optional<model::NewOrder> LargestAllowed(const Gate& gate, const GuardInput& input,
                                              const model::Denial& denial);

}  // namespace bulwark::risk

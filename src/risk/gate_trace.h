// What each guard of the gate measured for one order, also of those that had no objection.
//
// Shape:   one row per guard, in the order of the gate. The numbers of a guard that passed come
//          from the same guard with limits that nothing keeps, so that no rule is written twice.
// Units:   as the denial of the guard (docs/risk.md).
// Errors:  none.
// Threads: any; allocates. For explanations, never on the way of an order.
// Source:  docs/explain.md#one-order

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "model/denial.h"
#include "risk/gate.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

enum class CheckOutcome : std::uint8_t {
  kPassed,
  kObjected,
  kNotAsked,  // A guard before it had objected.
};

struct TracedCheck {
  std::string_view guard;  // "permit age", "order value", ...
  CheckOutcome outcome = CheckOutcome::kPassed;
  std::optional<model::DenialCode> code;  // Of the objection.
  // Both empty where a state and not a number is judged, and where no limit applies.
  std::optional<base::Decimal> value;
  std::optional<base::Decimal> limit;
};

std::vector<TracedCheck> TraceOf(const Gate& gate, const GuardInput& input);

}  // namespace bulwark::risk

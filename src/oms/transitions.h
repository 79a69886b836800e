// The states an order may go through: one table, asked in one place (order_machine.cc).
//
// Shape:   one row per state, one bit per state it may lead to; terminal rows are empty. A step
//          that skips a state is made as two steps (a fill of an order not known to be sent proves
//          first that it was).
// Threads: any; pure.
// Source:  docs/orders.md#transitions; contract section 2.3, with PARTIALLY_FILLED -> FAILED and
//          EXPIRED added

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "model/order.h"

namespace bulwark::oms {

namespace transitions {

using Row = std::uint16_t;

template <class... States>
constexpr Row To(States... states) {
  return static_cast<Row>((0U | ... | (1U << static_cast<unsigned>(states))));
}

constexpr std::array<Row, model::kOrderStates> Table() {
  using enum model::OrderState;
  std::array<Row, model::kOrderStates> table{};
  const auto from = [&](model::OrderState state) -> Row& {
    return table[static_cast<std::size_t>(state)];
  };
  from(kWaiting) = To(kWaiting, kPending, kCancelled, kReplaced, kExpired);
  from(kPending) = To(kUnresolved, kSubmitted, kPendingCancel, kFailed);
  from(kUnresolved) = To(kSubmitted, kPendingCancel, kFailed);
  from(kSubmitted) =
      To(kUnresolved, kPartiallyFilled, kPendingCancel, kFilled, kCancelled, kFailed, kExpired);
  from(kPartiallyFilled) =
      To(kPartiallyFilled, kPendingCancel, kFilled, kCancelled, kFailed, kExpired);
  // A refused cancel leads back to where the order was.
  from(kPendingCancel) = To(kPending, kUnresolved, kSubmitted, kPartiallyFilled, kPendingCancel,
                            kFilled, kCancelled, kReplaced, kFailed, kExpired);
  return table;
}

}  // namespace transitions

// Tells whether an order may go from one state to the other.
constexpr bool IsAllowed(model::OrderState from, model::OrderState to) {
  constexpr auto kTable = transitions::Table();
  return (kTable[static_cast<std::size_t>(from)] & transitions::To(to)) != 0;
}

}  // namespace bulwark::oms

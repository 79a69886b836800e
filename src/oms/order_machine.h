// Moves an order from state to state: the only place that changes what StateOf() looks at.
//
// Errors:  a step that the table refuses stops the process: the caller asked for the impossible.
// Threads: the engine thread only. Nothing here allocates.
// Source:  docs/orders.md#transitions

#pragma once

#include "base/time.h"
#include "model/order.h"

namespace bulwark::oms {

// Requires: IsAllowed(StateOf(order), to).
void Enter(model::Order& order, model::OrderState to, base::UnixNanos at);

// The venue has it: what was pending or unresolved is submitted; a wish to cancel stays.
void ProveAtVenue(model::Order& order, base::UnixNanos at);

// The venue refused the cancel: the order is again what it was before the wish.
void WithdrawCancel(model::Order& order, base::UnixNanos at);

}  // namespace bulwark::oms

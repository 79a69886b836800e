#include "oms/order_machine.h"

#include <algorithm>

#include "base/ensure.h"
#include "base/time.h"
#include "model/order.h"
#include "oms/transitions.h"

namespace bulwark::oms {
namespace {

using model::OrderState;
using model::OrderStatus;

OrderStatus OpenStatus(const model::Order& order) {
  return order.filled_quantity.is_positive() ? OrderStatus::kPartiallyFilled
                                             : OrderStatus::kSubmitted;
}

void SetOpen(model::Order& order, OrderState to) {
  order.is_waiting = to == OrderState::kWaiting;
  order.is_triggered = order.is_triggered && order.is_waiting;
  if (to == OrderState::kPendingCancel) {
    order.is_cancel_requested = true;
    if (order.status != OrderStatus::kPending) {
      order.status = OpenStatus(order);
    }
    return;
  }
  order.is_cancel_requested = false;
  order.is_unresolved = to == OrderState::kUnresolved;
  const bool is_here = to == OrderState::kWaiting || to == OrderState::kPending;
  order.status = is_here ? OrderStatus::kPending : OpenStatus(order);
}

void SetEnded(model::Order& order, OrderStatus status) {
  order.is_waiting = false;
  order.is_triggered = false;
  order.is_unresolved = false;
  order.status = status;
}

void Set(model::Order& order, OrderState to) {
  switch (to) {
    case OrderState::kFilled:
      return SetEnded(order, OrderStatus::kFilled);
    case OrderState::kCancelled:
    case OrderState::kReplaced:
      return SetEnded(order, OrderStatus::kCancelled);
    case OrderState::kFailed:
      return SetEnded(order, OrderStatus::kFailed);
    case OrderState::kExpired:
      return SetEnded(order, OrderStatus::kExpired);
    case OrderState::kWaiting:
    case OrderState::kPending:
    case OrderState::kUnresolved:
    case OrderState::kSubmitted:
    case OrderState::kPartiallyFilled:
    case OrderState::kPendingCancel:
      return SetOpen(order, to);
  }
}

}  // namespace

void Enter(model::Order& order, OrderState to, base::UnixNanos at) {
  ENSURE(IsAllowed(StateOf(order), to));
  Set(order, to);
  ENSURE(StateOf(order) == to);
  order.updated_at = std::max(order.updated_at, at);
}

void ProveAtVenue(model::Order& order, base::UnixNanos at) {
  const OrderState state = StateOf(order);
  if (state == OrderState::kPending || state == OrderState::kUnresolved) {
    Enter(order, OrderState::kSubmitted, at);
  } else if (state == OrderState::kPendingCancel) {
    order.is_unresolved = false;
    order.status = OpenStatus(order);
    Enter(order, OrderState::kPendingCancel, at);
  }
}

void WithdrawCancel(model::Order& order, base::UnixNanos at) {
  if (StateOf(order) != OrderState::kPendingCancel) {
    return;
  }
  model::Order before = order;
  before.is_cancel_requested = false;
  Enter(order, StateOf(before), at);
}

}  // namespace bulwark::oms

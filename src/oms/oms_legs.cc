// Orders that hang together: an entry and its legs, two legs of which one cancels the other, an
// order and the one that takes its place. All they know of each other is in the orders, so that a
// restart finds it.

#include <algorithm>
#include <optional>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/time.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/event.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "oms/oms.h"
#include "oms/order_machine.h"

namespace bulwark::oms {
namespace {

using base::Decimal;
using model::OrderState;

model::Order Leg(const model::Order& entry, model::OrderId id, model::OrderRole role,
                 Decimal price) {
  const bool is_long = entry.side == model::Side::kBuy;
  model::Order leg;
  leg.id = id;
  leg.decision_id = entry.decision_id;
  leg.instrument = entry.instrument;
  leg.side = is_long ? model::Side::kSell : model::Side::kBuy;
  leg.intent = is_long ? model::Intent::kCloseLong : model::Intent::kCloseShort;
  leg.origin = model::Origin::kProtective;
  leg.reduce_only = true;
  leg.quantity = entry.quantity;
  leg.strategy = entry.strategy;
  leg.created_at = entry.created_at;
  leg.updated_at = entry.updated_at;
  leg.is_waiting = true;
  leg.role = role;
  leg.parent_id = entry.id;
  leg.oco_group = entry.id;
  if (role == model::OrderRole::kStop) {
    leg.type = model::OrderType::kStop;
    leg.stop_price = price;
  } else {
    leg.type = model::OrderType::kLimit;
    leg.limit_price = price;
  }
  return leg;
}

// In one step with what was told before it.
void Tell(const model::Order& order, model::ActionBuffer& out) {
  out.Add(model::OrderChanged{.order = order, .continues = true});
}

bool IsWaiting(const model::Order& order) {
  return order.is_waiting && !model::IsTerminal(order.status);
}

}  // namespace

void Oms::HoldLegs(const model::Order& entry, const model::NewOrder& wish, const BracketIds& ids,
                   model::ActionBuffer& out) {
  if (wish.protective_stop) {
    Tell(store_.Insert(Leg(entry, ids.stop, model::OrderRole::kStop, *wish.protective_stop)), out);
  }
  if (wish.profit_target) {
    Tell(store_.Insert(Leg(entry, ids.target, model::OrderRole::kTarget, *wish.profit_target)),
         out);
  }
}

// What an entry fills arms its legs; what one leg fills disarms the other.
void Oms::MoveArms(const model::Order& order, Decimal delta, base::UnixNanos now,
                   model::ActionBuffer& out) {
  if (store_.waiting() == 0 || delta.is_zero() || order.oco_group.is_nil()) {
    return;
  }
  const bool is_entry = order.role == model::OrderRole::kEntry;
  // Of several stops each protects its own part: what is given or taken goes to the first that has
  // room for it.
  Decimal for_stops = is_entry ? delta : -delta;
  Decimal for_targets = for_stops;
  for (model::Order& leg : store_.open()) {
    if (!IsWaiting(leg) || leg.oco_group != order.oco_group || leg.id == order.id ||
        leg.role == model::OrderRole::kEntry) {
      continue;
    }
    // A fill of an order that had ended was not counted when another took its place.
    const bool is_its_heir = leg.replaces == order.id && model::IsTerminal(order.status);
    Decimal& left = leg.role == model::OrderRole::kStop ? for_stops : for_targets;
    if ((leg.role == order.role && !is_its_heir) || left.is_zero()) {
      continue;
    }
    const Decimal sum = leg.armed_quantity + left;
    leg.armed_quantity = std::max(Decimal(), sum);
    left = sum - leg.armed_quantity;
    leg.updated_at = std::max(leg.updated_at, now);
    Tell(leg, out);
  }
}

// No waiting order may close more than there is. One that has nothing left to do, and will not get
// anything, ends.
void Oms::FitWaiting(model::InstrumentId instrument, base::UnixNanos now,
                     model::ActionBuffer& out) {
  if (store_.waiting() == 0) {
    return;
  }
  const Decimal owned = portfolio_.at(instrument).owned();
  for (model::Order& order : store_.open()) {
    if (!IsWaiting(order) || order.instrument != instrument || !order.reduce_only) {
      continue;
    }
    const bool is_long = order.side == model::Side::kSell;
    const Decimal held = is_long ? std::max(owned, Decimal()) : std::max(-owned, Decimal());
    const bool is_fed = IsOpen(order.parent_id) || IsOpen(order.replaces);
    if (held.is_zero() && !is_fed) {
      EndWaiting(order, OrderState::kCancelled, model::Reason("nothing is left to close"), now,
                 out);
    } else if (order.armed_quantity > held) {
      order.armed_quantity = held;
      Tell(order, out);
    }
  }
}

// NOLINTBEGIN(misc-no-recursion): each call ends one more waiting order; they are bounded.
// What the end of an order means for those that hang on it. The store is tidied by the caller.
void Oms::AfterEnd(const model::Order& ended, base::UnixNanos now, model::ActionBuffer& out) {
  NoteLost(ended, now, out);
  if (store_.waiting() == 0) {
    return;
  }
  ResolveSuccessor(ended, now, out);
  for (model::Order& order : store_.open()) {
    if (!IsWaiting(order) || order.oco_group.is_nil() || order.oco_group != ended.oco_group) {
      continue;
    }
    // The entry is over: what its legs protect is what it filled. A leg is over: what it left.
    const bool is_fed = IsOpen(order.parent_id) || IsOpen(order.replaces);
    if (is_fed) {
      continue;
    }
    if (order.armed_quantity.is_zero()) {
      EndWaiting(order, OrderState::kCancelled, model::Reason("nothing is left to close"), now,
                 out);
    } else if (order.quantity != order.armed_quantity) {
      order.quantity = order.armed_quantity;
      Tell(order, out);
    }
  }
}

// Also asked when a cancel was refused: the order lives, and its successor has no place.
void Oms::ResolveSuccessor(const model::Order& ended, base::UnixNanos now,
                           model::ActionBuffer& out) {
  model::Order* successor = ended.replaced_by.is_nil() ? nullptr : store_.Find(ended.replaced_by);
  if (successor == nullptr || !IsWaiting(*successor) || successor->armed_quantity.is_positive()) {
    return;  // Gone, or it has what is left already.
  }
  const Decimal left = successor->quantity - ended.filled_quantity;
  // What reduces goes on in its successor in whatever way the order went.
  const bool is_gone =
      StateOf(ended) == OrderState::kReplaced ||
      (ended.reduce_only && model::IsTerminal(ended.status) && ended.remaining().is_positive());
  if (!is_gone || !left.is_positive()) {
    EndWaiting(*successor, OrderState::kCancelled,
               model::Reason("the order it would replace was not cancelled"), now, out);
    return;
  }
  successor->quantity = left;
  successor->armed_quantity = left;
  successor->updated_at = std::max(successor->updated_at, now);
  Tell(*successor, out);
  for (model::Order& leg : store_.open()) {
    if (IsWaiting(leg) && leg.parent_id == ended.id) {
      leg.parent_id = successor->id;
      Tell(leg, out);
    }
  }
}

void Oms::EndWaiting(model::Order& order, OrderState state, const model::Reason& reason,
                     base::UnixNanos now, model::ActionBuffer& out) {
  const bool holds_cash = order.reserved_cash_remaining.is_positive();
  Release(order, order.reserved_cash_remaining, order.reserved_quantity_remaining);
  order.armed_quantity = Decimal();
  Enter(order, state, now);
  order.reason = reason;
  must_sweep_ = true;
  Tell(order, out);
  if (holds_cash) {
    TellPortfolio(order.instrument, out);
  }
  if (order.role == model::OrderRole::kEntry) {
    AfterEnd(order, now, out);
  }
}
// NOLINTEND(misc-no-recursion)

void Oms::Replace(const model::ReplaceOrder& change, model::OrderId successor_id,
                  base::UnixNanos now, model::ActionBuffer& out) {
  model::Order* order = store_.Find(change.order_id);
  ENSURE(order != nullptr && !model::IsTerminal(order->status) && !order->is_cancel_requested);
  model::Order successor = *order;
  successor.id = successor_id;
  successor.status = model::OrderStatus::kPending;
  successor.is_unresolved = false;
  successor.quantity = change.quantity.value_or(order->quantity);
  successor.limit_price = change.limit_price ? change.limit_price : order->limit_price;
  successor.stop_price = change.stop_price ? change.stop_price : order->stop_price;
  successor.filled_quantity = successor.filled_notional = successor.fees_paid = Decimal();
  successor.venue_quantity = successor.venue_notional = successor.venue_fees = Decimal();
  successor.inferred_quantity = successor.inferred_notional = successor.inferred_fees = Decimal();
  successor.inferences = 0;
  successor.reserved_cash = successor.reserved_cash_remaining = Decimal();
  successor.reserved_quantity = successor.reserved_quantity_remaining = Decimal();
  successor.external_id = model::VenueOrderId();
  successor.created_at = successor.updated_at = now;
  successor.replaces = order->id;
  successor.is_waiting = true;
  // In the place of a working order it leaves as soon as that one is gone; in the place of a
  // waiting one it waits for the same trigger.
  successor.is_triggered = !order->is_waiting || order->is_triggered;
  successor.armed_quantity =
      order->is_waiting ? std::min(order->armed_quantity, successor.quantity) : Decimal();
  if (order->is_waiting && !order->reduce_only) {
    successor.armed_quantity = successor.quantity;
  }
  // The place that a waiting order waits for may still be taken: its successor waits for the same.
  model::Order* first = order->is_waiting ? store_.Find(order->replaces) : nullptr;
  const bool is_taken = first != nullptr && !model::IsTerminal(first->status) &&
                        first->replaced_by == order->id && order->armed_quantity.is_zero();
  if (is_taken) {
    successor.replaces = first->id;
    successor.armed_quantity = Decimal();
    first->replaced_by = successor_id;
  }
  order->replaced_by = successor_id;
  if (!order->is_waiting) {
    // One step: without the wish to cancel, the old order would stay for good.
    Enter(*order, OrderState::kPendingCancel, now);
    out.Add(model::OrderChanged{.order = *order});
    Tell(store_.Insert(successor), out);
    out.Add(model::SendCancel{.order_id = order->id,
                              .instrument = order->instrument,
                              .was_sent = order->status != model::OrderStatus::kPending});
    return;
  }
  out.Add(model::OrderChanged{.order = *order});
  if (is_taken) {
    Tell(*first, out);
  }
  Tell(store_.Insert(successor), out);
  for (model::Order& leg : store_.open()) {
    if (IsWaiting(leg) && leg.parent_id == change.order_id) {
      leg.parent_id = successor_id;
      Tell(leg, out);
    }
  }
  EndWaiting(*order, OrderState::kReplaced, model::Reason("replaced"), now, out);
}

bool Oms::IsOpen(const model::OrderId& id) const {
  const auto& open = store_.open();
  return !id.is_nil() && std::any_of(open.begin(), open.end(), [&](const auto& order) {
    return order.id == id && !model::IsTerminal(order.status);
  });
}

void Oms::NoteLost(const model::Order& leg, base::UnixNanos now, model::ActionBuffer& out) {
  const bool is_stop = leg.role == model::OrderRole::kStop && !leg.is_cancel_requested;
  Decimal held_again;
  for (const model::Order& order : store_.open()) {
    const bool is_heir = order.replaces == leg.id && !model::IsTerminal(order.status);
    held_again += is_heir ? order.quantity : Decimal();
  }
  const bool is_refused = StateOf(leg) == OrderState::kFailed ||
                          StateOf(leg) == OrderState::kCancelled ||
                          StateOf(leg) == OrderState::kExpired;
  if (!is_stop || !is_refused || leg.remaining() <= held_again ||
      lost_.size() == lost_.capacity()) {
    return;
  }
  lost_.push_back(leg);
  lost_.back().quantity -= held_again;
  if (held_again.is_positive()) {
    lost_.back().id = model::OrderId();  // Its place is taken.
  }
  Raise(model::AlertLevel::kCritical, model::AlertName("PROTECTION_LOST"), leg.reason,
        {.order_id = leg.id, .instrument = leg.instrument, .booked_at = now}, out);
}

// A closing trade never happened: what it closed is held again, and its legs are gone. A stop is
// held again; for any other order a person must look.
void Oms::NoteReopened(const model::Fill& fill, model::ActionBuffer& out) {
  const model::Order* order = store_.Find(fill.order_id);
  if (order == nullptr || !order->reduce_only) {
    return;
  }
  are_books_doubtful_ = true;
  Raise(model::AlertLevel::kCritical, model::AlertName("PROTECTION_LOST"),
        model::Reason("the trade that closed was busted"), fill, out);
  if (order->role == model::OrderRole::kStop && lost_.size() < lost_.capacity()) {
    lost_.push_back(*order);
    lost_.back().id = model::OrderId();  // In nobody's place: the order itself may go on.
    lost_.back().quantity = fill.quantity;
    lost_.back().filled_quantity = Decimal();
  }
}

void Oms::Split(const model::OrderId& id, Decimal keep, model::OrderId rest_id, base::UnixNanos now,
                model::ActionBuffer& out) {
  model::Order* order = store_.Find(id);
  ENSURE(order != nullptr && IsWaiting(*order) && order->reduce_only &&
         keep <= order->armed_quantity && keep < order->quantity);
  model::Order rest = *order;
  rest.id = rest_id;
  rest.quantity = order->quantity - keep;
  rest.armed_quantity = order->armed_quantity - keep;
  rest.replaces = model::OrderId();
  rest.created_at = rest.updated_at = now;
  order->quantity = order->armed_quantity = keep;
  order->updated_at = std::max(order->updated_at, now);
  out.Add(model::OrderChanged{.order = *order});
  Tell(store_.Insert(rest), out);
}

std::optional<model::Order> Oms::TakeLostLeg() {
  if (lost_.empty()) {
    return std::nullopt;
  }
  const model::Order leg = lost_.back();
  lost_.pop_back();
  return leg;
}

void Oms::HoldAgain(const model::Order& lost, model::OrderId id, base::UnixNanos now,
                    model::ActionBuffer& out) {
  model::Order again = Leg(lost, id, lost.role, lost.stop_price.value_or(Decimal()));
  again.side = lost.side;
  again.intent = lost.intent;
  again.type = lost.type;
  again.stop_price = lost.stop_price;
  again.limit_price = lost.limit_price;
  again.parent_id = lost.parent_id;
  again.oco_group = lost.oco_group;
  again.replaces = lost.id;
  again.is_triggered = true;
  again.quantity = lost.remaining();
  again.armed_quantity = again.quantity;
  again.created_at = again.updated_at = now;
  Tell(store_.Insert(again), out);
  FitWaiting(again.instrument, now, out);
}

void Oms::HoldStop(const PositionStop& stop, model::OrderId id, base::UnixNanos now,
                   model::ActionBuffer& out) {
  model::Order order;
  order.id = id;
  order.instrument = stop.instrument;
  order.side = stop.is_long ? model::Side::kSell : model::Side::kBuy;
  order.intent = stop.is_long ? model::Intent::kCloseLong : model::Intent::kCloseShort;
  order.type = model::OrderType::kStop;
  order.origin = model::Origin::kProtective;
  order.reduce_only = true;
  order.quantity = order.armed_quantity = stop.quantity;
  order.stop_price = stop.price;
  order.strategy = stop.name;
  order.created_at = order.updated_at = now;
  order.is_waiting = true;
  order.role = model::OrderRole::kStop;
  Tell(store_.Insert(order), out);
}

void Oms::MoveStop(const model::OrderId& id, const PositionStop& stop, base::UnixNanos now,
                   model::ActionBuffer& out) {
  model::Order* order = store_.Find(id);
  ENSURE(order != nullptr && IsWaiting(*order) && !order->is_triggered && order->reduce_only);
  order->quantity = order->armed_quantity = stop.quantity;
  order->stop_price = stop.price;
  order->updated_at = std::max(order->updated_at, now);
  Tell(*order, out);
}

}  // namespace bulwark::oms

// How orders end. The venue's word that an order is over may overtake its fills: then the order
// stays open with what is missing reserved, so that nobody sells it a second time, until the fills
// came or a comparison of the books settled it.

#include <algorithm>
#include <cstddef>

#include "base/decimal.h"
#include "base/time.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "oms/oms.h"
#include "oms/order_machine.h"

namespace bulwark::oms {
namespace {

using base::Decimal;
using model::OrderState;

OrderState StateAfter(model::OrderEnd end, const model::Order& order, base::UnixNanos now) {
  switch (end) {
    case model::OrderEnd::kCancelled:
      if (!order.replaced_by.is_nil()) {
        return OrderState::kReplaced;
      }
      // Where the venue knows no DAY orders, the cancel is ours, and means this.
      return order.time_in_force == model::TimeInForce::kDay &&
                     std::chrono::floor<std::chrono::days>(now) >
                         std::chrono::floor<std::chrono::days>(order.created_at)
                 ? OrderState::kExpired
                 : OrderState::kCancelled;
    case model::OrderEnd::kRejected:
      return OrderState::kFailed;
    case model::OrderEnd::kExpired:
      return OrderState::kExpired;
  }
  return OrderState::kFailed;
}

// A replaced order whose cancel the ledger does not know takes the step that is missing first.
OrderState Prepare(model::Order& order, model::OrderEnd end, base::UnixNanos now) {
  const OrderState state = StateAfter(end, order, now);
  if (state == OrderState::kReplaced && StateOf(order) != OrderState::kPendingCancel) {
    Enter(order, OrderState::kPendingCancel, now);
  }
  return state;
}

}  // namespace

void Oms::On(const model::OrderEnded& report, base::UnixNanos now, model::ActionBuffer& out) {
  model::Order* order = store_.Find(report.order_id);
  if (order == nullptr || model::IsTerminal(order->status) || order->is_waiting) {
    return;
  }
  ProveAtVenue(*order, now);
  Ending* known = FindEnding(order->id);
  if (known != nullptr) {
    known->report.cumulative_filled =
        std::max(known->report.cumulative_filled, report.cumulative_filled);
    EndWhatIsOver(order->id, now, out);
    store_.MoveEnded();
    return;
  }
  if (report.cumulative_filled <= order->filled_quantity) {
    const OrderState state = Prepare(*order, report.end, now);
    End(*order, state, report.reason, now, out);
    return;
  }
  are_books_doubtful_ = true;
  Raise(model::AlertLevel::kError, model::AlertName("OMS_RECONCILE_AMBIGUOUS"),
        model::Reason("order ended with fills we have not seen"),
        {.order_id = order->id, .instrument = order->instrument, .booked_at = now}, out);
  AwaitFills(*order, report, now, out);
  store_.MoveEnded();
}

// What was filled, seen or not, is no longer to be done: only the rest goes to the successor, or
// needs another stop.
void Oms::AwaitFills(model::Order& order, const model::OrderEnded& report, base::UnixNanos now,
                     model::ActionBuffer& out) {
  endings_.push_back({.report = report, .since = now});
  if (order.reserved_quantity.is_positive()) {
    order.reserved_quantity = std::min(order.reserved_quantity, report.cumulative_filled);
    const Decimal missing = std::max(Decimal(), order.reserved_quantity - order.filled_quantity);
    Release(order, Decimal(), order.reserved_quantity_remaining - missing);
  }
  out.Add(model::OrderChanged{order});
  TellPortfolio(order.instrument, out);
  model::Order over = order;
  over.filled_quantity = report.cumulative_filled;
  const OrderState state = Prepare(over, report.end, now);
  Enter(over, state, now);
  over.reason = report.reason;
  NoteLost(over, now, out);
  if (order.reduce_only) {
    ResolveSuccessor(over, now, out);  // That of an entry waits until nothing is missing.
  }
}

Oms::Ending* Oms::FindEnding(const model::OrderId& id) {
  const auto found = std::find_if(endings_.begin(), endings_.end(),
                                  [&](const auto& ending) { return ending.report.order_id == id; });
  return found == endings_.end() ? nullptr : &*found;
}

bool Oms::IsEnding(const model::OrderId& id) const {
  return std::any_of(endings_.begin(), endings_.end(),
                     [&](const auto& ending) { return ending.report.order_id == id; });
}

// The store is tidied by the caller.
void Oms::EndWhatIsOver(const model::OrderId& id, base::UnixNanos now, model::ActionBuffer& out) {
  const Ending* ending = FindEnding(id);
  model::Order* order = ending == nullptr ? nullptr : store_.Find(id);
  if (ending == nullptr) {
    return;
  }
  const bool is_open = order != nullptr && !model::IsTerminal(order->status);
  if (is_open && order->filled_quantity < ending->report.cumulative_filled) {
    return;
  }
  FinishEnding(static_cast<std::size_t>(ending - endings_.data()), now, out);
}

void Oms::FinishEnding(std::size_t index, base::UnixNanos now, model::ActionBuffer& out) {
  const model::OrderEnded report = endings_[index].report;
  endings_.erase(endings_.begin() + static_cast<std::ptrdiff_t>(index));
  model::Order* order = store_.Find(report.order_id);
  if (order == nullptr || model::IsTerminal(order->status)) {
    return;
  }
  const OrderState state = Prepare(*order, report.end, now);
  Close(*order, state, report.reason, now, out);
}

void Oms::SettleEnded(base::UnixNanos before, base::UnixNanos now, model::ActionBuffer& out) {
  for (std::size_t index = endings_.size(); index-- > 0;) {
    if (endings_[index].since <= before) {
      FinishEnding(index, now, out);
    }
  }
  store_.MoveEnded();
}

void Oms::End(model::Order& order, OrderState state, const model::Reason& reason,
              base::UnixNanos at, model::ActionBuffer& out) {
  Close(order, state, reason, at, out);
  store_.MoveEnded();
}

// The store is tidied by the caller.
void Oms::Close(model::Order& order, OrderState state, const model::Reason& reason,
                base::UnixNanos at, model::ActionBuffer& out) {
  Release(order, order.reserved_cash_remaining, order.reserved_quantity_remaining);
  Enter(order, state, at);
  order.reason = reason;
  out.Add(model::OrderChanged{order});
  TellPortfolio(order.instrument, out);
  AfterEnd(order, at, out);
}

}  // namespace bulwark::oms

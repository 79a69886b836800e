#include "oms/oms.h"

#include <algorithm>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/time.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/venue_report.h"
#include "oms/booked_trades.h"
#include "oms/order_machine.h"
#include "oms/order_store.h"
#include "oms/transitions.h"
#include "risk/approved.h"

namespace bulwark::oms {
namespace {

using model::OrderState;

model::Order Draft(const model::NewOrder& wish, model::OrderId id, base::UnixNanos now) {
  model::Order order;
  order.id = id;
  order.decision_id = wish.decision_id;
  order.instrument = wish.instrument;
  order.side = wish.side;
  order.intent = wish.intent;
  order.type = wish.type;
  order.time_in_force = wish.time_in_force;
  order.origin = wish.origin;
  order.reduce_only = wish.reduce_only;
  order.quantity = wish.quantity;
  order.limit_price = wish.limit_price;
  order.stop_price = wish.stop_price;
  order.strategy = wish.strategy;
  order.created_at = now;
  order.updated_at = now;
  if (wish.protective_stop || wish.profit_target) {
    order.role = model::OrderRole::kEntry;
    order.oco_group = id;
  }
  return order;
}

// What leaves for the venue: a stop whose price has come is a plain order there.
model::Order SentForm(const model::Order& order) {
  model::Order sent = order;
  if (order.type == model::OrderType::kStop) {
    sent.type = model::OrderType::kMarket;
  } else if (order.type == model::OrderType::kStopLimit) {
    sent.type = model::OrderType::kLimit;
  }
  sent.stop_price.reset();
  return sent;
}

}  // namespace

Oms::Oms(const OpeningBooks& books)
    : portfolio_(books.portfolio), venue_sequence_(books.venue_sequence) {
  lost_.reserve(OrderStore::kOpenMax);
  endings_.reserve(OrderStore::kOpenMax);
  for (const model::Order& order : books.open_orders) {
    store_.Insert(order);
  }
  for (const model::TradeId& trade : books.trades) {
    seen_trades_.Insert(trade);
  }
  for (const AdjustmentId& adjustment : books.adjustments) {
    seen_adjustments_.Insert(adjustment);
  }
  for (const BookedTrade& trade : books.booked_trades) {
    // A venue may end its own ids like our revisions.
    const model::TradeId& id = trade.fill.trade_id;
    const model::TradeId first = trade.revision > 0 ? FirstIdOf(id) : id;
    // One that was declared void before it came has no quantity yet: it is still to be booked.
    if (trade.fill.quantity.is_positive()) {
      seen_trades_.Insert(first);
    }
    booked_.Put(first, trade);
  }
}

const model::Order& Oms::Submit(const risk::Approved<model::NewOrder>& approved,
                                const BracketIds& ids, base::Decimal reserve, base::UnixNanos now,
                                model::ActionBuffer& out) {
  model::Order& order = store_.Insert(Draft(approved.value(), ids.entry, now));
  Reserve(order, reserve);
  out.Add(model::OrderChanged{order});
  HoldLegs(order, approved.value(), ids, out);
  TellPortfolio(order.instrument, out);
  out.Add(model::SendOrder{order});
  return order;
}

const model::Order& Oms::Hold(const risk::Approved<model::NewOrder>& approved,
                              const BracketIds& ids, base::Decimal reserve, base::UnixNanos now,
                              model::ActionBuffer& out) {
  model::Order draft = Draft(approved.value(), ids.entry, now);
  draft.is_waiting = true;
  draft.armed_quantity = draft.quantity;
  model::Order& order = store_.Insert(draft);
  if (!model::IsClosing(order.intent)) {
    Reserve(order, reserve);
    TellPortfolio(order.instrument, out);
  }
  out.Add(model::OrderChanged{order});
  HoldLegs(order, approved.value(), ids, out);
  return order;
}

void Oms::Trigger(const model::OrderId& id, base::UnixNanos now, model::ActionBuffer& out) {
  model::Order* order = store_.Find(id);
  ENSURE(order != nullptr && order->is_waiting);
  order->is_triggered = true;
  Enter(*order, OrderState::kWaiting, now);
  out.Add(model::OrderChanged{*order});
}

void Oms::Launch(const model::OrderId& id, const risk::Approved<model::NewOrder>& approved,
                 base::Decimal reserve, base::UnixNanos now, model::ActionBuffer& out) {
  model::Order* order = store_.Find(id);
  const model::NewOrder& wish = approved.value();
  ENSURE(order != nullptr && order->is_waiting && order->instrument == wish.instrument &&
         order->side == wish.side && wish.quantity <= order->armed_quantity);
  order->quantity = wish.quantity;
  order->armed_quantity = base::Decimal();
  if (order->reserved_cash_remaining.is_zero()) {
    Reserve(*order, reserve);
  }
  Enter(*order, OrderState::kPending, now);
  store_.Recount();
  out.Add(model::OrderChanged{*order});
  TellPortfolio(order->instrument, out);
  out.Add(model::SendOrder{SentForm(*order)});
}

void Oms::RequestCancel(const model::OrderId& id, base::UnixNanos now, model::ActionBuffer& out) {
  model::Order* order = store_.Find(id);
  ENSURE(order != nullptr && !model::IsTerminal(order->status));
  if (order->is_waiting) {
    EndWaiting(*order, OrderState::kCancelled, model::Reason("cancelled before it was sent"), now,
               out);
    return;
  }
  if (IsEnding(id)) {
    return;
  }
  Enter(*order, OrderState::kPendingCancel, now);
  out.Add(model::OrderChanged{*order});
  out.Add(model::SendCancel{.order_id = id,
                            .instrument = order->instrument,
                            .was_sent = order->status != model::OrderStatus::kPending});
}

void Oms::Expire(const model::OrderId& id, base::UnixNanos now, model::ActionBuffer& out) {
  model::Order* order = store_.Find(id);
  ENSURE(order != nullptr && order->is_waiting);
  EndWaiting(*order, OrderState::kExpired, model::Reason("its day is over"), now, out);
}

void Oms::On(const model::OrderSent& report, base::UnixNanos now, model::ActionBuffer& out) {
  model::Order* order = store_.Find(report.order_id);
  // A fill or an end may have overtaken our own sender's word; then it is known already.
  if (order == nullptr || order->is_waiting || order->status != model::OrderStatus::kPending) {
    return;
  }
  ProveAtVenue(*order, now);
  out.Add(model::OrderChanged{*order});
}

void Oms::On(const model::OrderUnresolved& report, base::UnixNanos now, model::ActionBuffer& out) {
  model::Order* order = store_.Find(report.order_id);
  if (order == nullptr || model::IsTerminal(order->status) || !order->external_id.empty() ||
      StateOf(*order) == OrderState::kPendingCancel ||
      !IsAllowed(StateOf(*order), OrderState::kUnresolved)) {
    return;  // The venue has spoken about it meanwhile, or a cancel will make it speak.
  }
  Enter(*order, OrderState::kUnresolved, now);
  out.Add(model::OrderChanged{*order});
  Raise(model::AlertLevel::kWarning, model::AlertName("ORDER_SUBMISSION_AMBIGUOUS"), report.reason,
        {.order_id = order->id, .instrument = order->instrument, .booked_at = now}, out);
}

void Oms::On(const model::OrderNotSent& report, base::UnixNanos now, model::ActionBuffer& out) {
  model::Order* order = store_.Find(report.order_id);
  // A waiting order was never given to the sender, so that nobody can say this of it; and what the
  // venue filled did leave.
  if (order == nullptr || model::IsTerminal(order->status) || order->is_waiting ||
      IsEnding(order->id)) {
    return;
  }
  End(*order, OrderState::kFailed, report.reason, now, out);
}

void Oms::On(const model::OrderAccepted& report, base::UnixNanos now, model::ActionBuffer& out) {
  model::Order* order = store_.Find(report.order_id);
  if (order == nullptr || model::IsTerminal(order->status) || order->is_waiting) {
    return;
  }
  ProveAtVenue(*order, now);
  order->external_id = report.venue_order_id;
  order->updated_at = std::max(order->updated_at, now);
  out.Add(model::OrderChanged{*order});
}

void Oms::On(const model::CancelRejected& report, base::UnixNanos now, model::ActionBuffer& out) {
  model::Order* order = store_.Find(report.order_id);
  if (order == nullptr || model::IsTerminal(order->status) || order->is_waiting ||
      IsEnding(order->id)) {
    return;
  }
  WithdrawCancel(*order, now);
  ResolveSuccessor(*order, now, out);
  order->replaced_by = model::OrderId();
  out.Add(model::OrderChanged{*order});
  store_.MoveEnded();
}

void Oms::Reserve(model::Order& order, base::Decimal reserve) {
  model::Position& position = portfolio_.at(order.instrument);
  if (order.intent == model::Intent::kCloseLong) {
    ENSURE(order.quantity <= position.quantity);
    order.reserved_quantity = order.quantity;
    order.reserved_quantity_remaining = order.quantity;
    position.quantity -= order.quantity;
    position.blocked_quantity += order.quantity;
    return;
  }
  // Closing a short is paid from its collateral first, and may need no cash of its own.
  const bool is_enough = reserve.is_positive() || order.intent == model::Intent::kCloseShort;
  // Nothing is always there, also when a loss or a dividend left less than that.
  ENSURE(is_enough && (reserve.is_zero() || reserve <= portfolio_.cash));
  order.reserved_cash = reserve;
  order.reserved_cash_remaining = reserve;
  portfolio_.cash -= reserve;
  portfolio_.blocked_cash += reserve;
}

void Oms::Release(model::Order& order, base::Decimal cash, base::Decimal quantity) {
  model::Position& position = portfolio_.at(order.instrument);
  order.reserved_cash_remaining -= cash;
  portfolio_.blocked_cash -= cash;
  portfolio_.cash += cash;
  order.reserved_quantity_remaining -= quantity;
  position.blocked_quantity -= quantity;
  position.quantity += quantity;
}

void Oms::TellPortfolio(model::InstrumentId instrument, model::ActionBuffer& out) const {
  out.Add(model::PortfolioChanged{.instrument = instrument,
                                  .position = portfolio_.at(instrument),
                                  .cash = portfolio_.cash,
                                  .blocked_cash = portfolio_.blocked_cash,
                                  .realised_pnl = portfolio_.realised_pnl,
                                  .fees_paid = portfolio_.fees_paid,
                                  .borrow_fees_paid = portfolio_.borrow_fees_paid});
}

void Oms::Doubt(model::AlertName event, const model::Fill& fill, base::UnixNanos now,
                model::ActionBuffer& out) {
  are_books_doubtful_ = true;
  model::Fill seen = fill;
  seen.booked_at = now;
  Raise(model::AlertLevel::kCritical, event, model::Reason::Cut(fill.trade_id.view()), seen, out);
}

void Oms::Raise(model::AlertLevel level, model::AlertName event, const model::Reason& reason,
                const model::Fill& fill, model::ActionBuffer& out) const {
  out.Add(model::AlertRaised{.level = level,
                             .event = event,
                             .reason = reason,
                             .order_id = fill.order_id,
                             .instrument_index = fill.instrument.index,
                             .at = fill.booked_at});
}

}  // namespace bulwark::oms

#include "oms/oms.h"

#include <algorithm>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/time.h"
#include "model/accounting.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/venue_report.h"
#include "oms/order_machine.h"
#include "oms/transitions.h"
#include "risk/approved.h"

namespace bulwark::oms {
namespace {

model::OrderState StateAfter(model::OrderEnd end, const model::Order& order) {
  switch (end) {
    case model::OrderEnd::kCancelled:
      return order.replaced_by.is_nil() ? model::OrderState::kCancelled
                                        : model::OrderState::kReplaced;
    case model::OrderEnd::kRejected:
      return model::OrderState::kFailed;
    case model::OrderEnd::kExpired:
      return model::OrderState::kExpired;
  }
  return model::OrderState::kFailed;
}

// A fill never takes back the wish to cancel.
model::OrderState StateAfterFill(const model::Order& order) {
  if (order.filled_quantity == order.quantity) {
    return model::OrderState::kFilled;
  }
  return order.is_cancel_requested ? model::OrderState::kPendingCancel
                                   : model::OrderState::kPartiallyFilled;
}

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
  order.strategy = wish.strategy;
  order.created_at = now;
  order.updated_at = now;
  return order;
}

}  // namespace

Oms::Oms(const OpeningBooks& books)
    : portfolio_(books.portfolio), venue_sequence_(books.venue_sequence) {
  for (const model::Order& order : books.open_orders) {
    store_.Insert(order);
  }
  for (const model::TradeId& trade : books.trades) {
    seen_trades_.Insert(trade);
  }
}

const model::Order& Oms::Submit(const risk::Approved<model::NewOrder>& approved, model::OrderId id,
                                base::Decimal reserve, base::UnixNanos now,
                                model::ActionBuffer& out) {
  model::Order& order = store_.Insert(Draft(approved.value(), id, now));
  Reserve(order, reserve);
  out.Add(model::OrderChanged{order});
  TellPortfolio(order.instrument, out);
  out.Add(model::SendOrder{order});
  return order;
}

void Oms::RequestCancel(const model::OrderId& id, base::UnixNanos now, model::ActionBuffer& out) {
  model::Order* order = store_.Find(id);
  ENSURE(order != nullptr && !model::IsTerminal(order->status));
  Enter(*order, model::OrderState::kPendingCancel, now);
  out.Add(model::OrderChanged{*order});
  out.Add(model::SendCancel{.order_id = id,
                            .instrument = order->instrument,
                            .was_sent = order->status != model::OrderStatus::kPending});
}

void Oms::On(const model::OrderSent& report, base::UnixNanos now, model::ActionBuffer& out) {
  model::Order* order = store_.Find(report.order_id);
  // A fill or an end may have overtaken our own sender's word; then it is known already.
  if (order == nullptr || order->status != model::OrderStatus::kPending) {
    return;
  }
  ProveAtVenue(*order, now);
  out.Add(model::OrderChanged{*order});
}

void Oms::On(const model::OrderUnresolved& report, base::UnixNanos now, model::ActionBuffer& out) {
  model::Order* order = store_.Find(report.order_id);
  if (order == nullptr || model::IsTerminal(order->status) || !order->external_id.empty() ||
      !IsAllowed(StateOf(*order), model::OrderState::kUnresolved)) {
    return;  // The venue has spoken about it meanwhile.
  }
  Enter(*order, model::OrderState::kUnresolved, now);
  out.Add(model::OrderChanged{*order});
  out.Add(model::AlertRaised{.level = model::AlertLevel::kWarning,
                             .event = model::AlertName("ORDER_SUBMISSION_AMBIGUOUS"),
                             .reason = report.reason,
                             .order_id = order->id,
                             .instrument_index = order->instrument.index,
                             .at = now});
}

void Oms::On(const model::OrderNotSent& report, base::UnixNanos now, model::ActionBuffer& out) {
  model::Order* order = store_.Find(report.order_id);
  // A waiting order was never given to the sender, so that nobody can say this of it.
  if (order == nullptr || model::IsTerminal(order->status) || order->is_waiting) {
    return;
  }
  End(*order, model::OrderState::kFailed, report.reason, now, out);
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

void Oms::On(const model::OrderFilled& report, base::UnixNanos now, model::ActionBuffer& out) {
  model::OrderFilled booked = report;
  booked.fill.booked_at = now;
  venue_sequence_ = std::max(venue_sequence_, report.fill.venue_sequence);
  if (!seen_trades_.Insert(report.fill.trade_id)) {
    ++duplicate_fills_;
    return;
  }
  model::Order* order = store_.Find(report.fill.order_id);
  if (order == nullptr || order->is_waiting || order->instrument != report.fill.instrument ||
      order->side != report.fill.side) {
    // It happened on our account, so it is in the books; but nobody here asked for it.
    Doubt(model::AlertName("FILL_FOR_UNKNOWN_ORDER"), report.fill, now, out);
    const model::FillEffect effect = model::ApplyFill(booked.fill, portfolio_);
    out.Add(model::FillBooked{.fill = booked.fill, .realised_pnl = effect.realised_pnl});
    TellPortfolio(report.fill.instrument, out);
    return;
  }
  BookOnOrder(*order, booked, now, out);
  store_.MoveEnded();
}

void Oms::BookOnOrder(model::Order& order, const model::OrderFilled& report, base::UnixNanos now,
                      model::ActionBuffer& out) {
  const model::Fill& fill = report.fill;
  const bool is_late = model::IsTerminal(order.status);
  const base::Decimal counted = std::min(fill.quantity, order.remaining());
  if (is_late) {
    Doubt(model::AlertName("LATE_FILL"), fill, now, out);
  } else {
    ProveAtVenue(order, now);
  }
  if (counted < fill.quantity) {
    Doubt(model::AlertName("OVERFILL"), fill, now, out);
  }
  if (order.external_id.empty()) {
    order.external_id = report.venue_order_id;
  }
  order.filled_quantity += counted;
  order.filled_notional += counted == fill.quantity
                               ? fill.notional()
                               : base::Mul(fill.price, counted, base::Rounding::kHalfEven);
  order.fees_paid += fill.fee;
  order.updated_at = now;
  const bool is_complete = order.filled_quantity == order.quantity;
  if (!is_late) {
    // An opening order gives back the cash of the filled part, a closing one the quantity.
    const base::Decimal cash = is_complete
                                   ? order.reserved_cash_remaining
                                   : std::min(order.reserved_cash_remaining,
                                              base::MulDiv(order.reserved_cash, counted,
                                                           order.quantity, base::Rounding::kFloor));
    const base::Decimal quantity = is_complete
                                       ? order.reserved_quantity_remaining
                                       : std::min(order.reserved_quantity_remaining, counted);
    Release(order, cash, quantity);
    Enter(order, StateAfterFill(order), now);
  }
  const model::FillEffect effect = model::ApplyFill(fill, portfolio_);
  out.Add(model::OrderChanged{order});
  out.Add(model::FillBooked{.fill = fill, .realised_pnl = effect.realised_pnl});
  TellPortfolio(order.instrument, out);
}

void Oms::On(const model::OrderEnded& report, base::UnixNanos now, model::ActionBuffer& out) {
  model::Order* order = store_.Find(report.order_id);
  if (order == nullptr || model::IsTerminal(order->status) || order->is_waiting) {
    return;
  }
  if (report.cumulative_filled > order->filled_quantity) {
    // Fills are missing; they are booked when they come, and entries wait for a reconciliation.
    are_books_doubtful_ = true;
    out.Add(model::AlertRaised{.level = model::AlertLevel::kError,
                               .event = model::AlertName("OMS_RECONCILE_AMBIGUOUS"),
                               .reason = model::Reason("order ended with fills we have not seen"),
                               .order_id = order->id,
                               .instrument_index = order->instrument.index,
                               .at = now});
  }
  ProveAtVenue(*order, now);
  End(*order, StateAfter(report.end, *order), report.reason, now, out);
}

void Oms::On(const model::CancelRejected& report, base::UnixNanos now, model::ActionBuffer& out) {
  model::Order* order = store_.Find(report.order_id);
  if (order == nullptr || model::IsTerminal(order->status)) {
    return;
  }
  WithdrawCancel(*order, now);
  order->replaced_by = model::OrderId();
  out.Add(model::OrderChanged{*order});
}

void Oms::On(const model::OrderProgress& report, base::UnixNanos now, model::ActionBuffer& out) {
  const model::Order* order = store_.Find(report.order_id);
  if (order == nullptr || order->filled_quantity < report.cumulative_filled) {
    Doubt(model::AlertName("FILLS_WITHOUT_TRADES"), {.order_id = report.order_id}, now, out);
  }
}

void Oms::On(const model::TradeBusted& report, base::UnixNanos now, model::ActionBuffer& out) {
  Doubt(model::AlertName("TRADE_BUSTED"), report.fill, now, out);
}

void Oms::On(const model::TradeCorrected& report, base::UnixNanos now, model::ActionBuffer& out) {
  Doubt(model::AlertName("TRADE_CORRECTED"), report.fill, now, out);
}

void Oms::Reserve(model::Order& order, base::Decimal reserve) {
  model::Position& position = portfolio_.at(order.instrument);
  if (model::IsClosing(order.intent)) {
    ENSURE(order.quantity <= position.quantity);
    order.reserved_quantity = order.quantity;
    order.reserved_quantity_remaining = order.quantity;
    position.quantity -= order.quantity;
    position.blocked_quantity += order.quantity;
    return;
  }
  ENSURE(reserve.is_positive() && reserve <= portfolio_.cash);
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

void Oms::End(model::Order& order, model::OrderState state, const model::Reason& reason,
              base::UnixNanos at, model::ActionBuffer& out) {
  Release(order, order.reserved_cash_remaining, order.reserved_quantity_remaining);
  Enter(order, state, at);
  order.reason = reason;
  out.Add(model::OrderChanged{order});
  TellPortfolio(order.instrument, out);
  store_.MoveEnded();
}

void Oms::TellPortfolio(model::InstrumentId instrument, model::ActionBuffer& out) const {
  out.Add(model::PortfolioChanged{.instrument = instrument,
                                  .position = portfolio_.at(instrument),
                                  .cash = portfolio_.cash,
                                  .blocked_cash = portfolio_.blocked_cash,
                                  .realised_pnl = portfolio_.realised_pnl,
                                  .fees_paid = portfolio_.fees_paid});
}

void Oms::Doubt(model::AlertName event, const model::Fill& fill, base::UnixNanos now,
                model::ActionBuffer& out) {
  are_books_doubtful_ = true;
  out.Add(model::AlertRaised{.level = model::AlertLevel::kCritical,
                             .event = event,
                             .reason = model::Reason::Cut(fill.trade_id.view()),
                             .order_id = fill.order_id,
                             .instrument_index = fill.instrument.index,
                             .at = now});
}

}  // namespace bulwark::oms

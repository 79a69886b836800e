// Taking an order that somebody placed by hand into our books.

#include <optional>

#include "base/decimal.h"
#include "base/time.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/event.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "oms/oms.h"
#include "oms/order_machine.h"
#include "oms/order_store.h"

namespace bulwark::oms {

// What the order must have reserved; empty when the books do not have that much.
std::optional<base::Decimal> Oms::ReserveToAdopt(const model::Order& order) const {
  const model::Position& position = portfolio_.at(order.instrument);
  if (order.intent == model::Intent::kCloseLong) {
    return order.quantity <= position.quantity ? std::optional(base::Decimal()) : std::nullopt;
  }
  if (order.intent == model::Intent::kOpenShort &&
      portfolio_.terms.mode == model::AccountMode::kSpot) {
    return std::nullopt;
  }
  const auto cash = order.limit_price ? base::CheckedMul(order.quantity, *order.limit_price,
                                                         base::Rounding::kCeiling)
                                      : std::nullopt;
  return cash && cash->is_positive() && *cash <= portfolio_.cash ? cash : std::nullopt;
}

// Why it cannot be ours; empty when it can.
model::Reason Oms::ObjectionTo(const model::Order& order, bool is_affordable) {
  if (store_.Find(order.id) != nullptr) {
    return model::Reason("it is known already");
  }
  if (booked_.HasTradeOf(order.id)) {
    return model::Reason("a fill of it is booked as that of a stranger");
  }
  if (store_.open().size() >= OrderStore::kOpenMax) {
    return model::Reason("too many orders are open");
  }
  return is_affordable ? model::Reason() : model::Reason("too little is free in the books for it");
}

void Oms::On(const model::OrderAdopted& adopted, base::UnixNanos now, model::ActionBuffer& out) {
  model::Order order = adopted.order;
  const base::Decimal owned = portfolio_.at(order.instrument).owned();
  const bool is_buy = order.side == model::Side::kBuy;
  if (is_buy) {
    order.intent = owned.is_negative() ? model::Intent::kCloseShort : model::Intent::kOpenLong;
  } else {
    order.intent = owned.is_positive() ? model::Intent::kCloseLong : model::Intent::kOpenShort;
  }
  order.created_at = now;
  order.updated_at = now;
  const auto reserve = ReserveToAdopt(order);
  const model::Reason objection = ObjectionTo(order, reserve.has_value());
  if (!reserve || !objection.empty()) {
    Raise(model::AlertLevel::kError, model::AlertName("ADOPTION_REFUSED"), objection,
          {.order_id = order.id, .instrument = order.instrument, .booked_at = now}, out);
    return;
  }
  model::Order& ours = store_.Insert(order);
  Reserve(ours, *reserve);
  Enter(ours, model::OrderState::kSubmitted, now);
  out.Add(model::OrderChanged{ours});
  FitWaiting(ours.instrument, now, out);
  TellPortfolio(ours.instrument, out);
}

}  // namespace bulwark::oms

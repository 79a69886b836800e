#include "risk/order_sanity_guard.h"

#include <optional>

#include "base/decimal.h"
#include "model/denial.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "risk/guard_input.h"

namespace bulwark::risk {
namespace {

Verdict CheckQuantity(const GuardInput& input) {
  const base::Decimal quantity = input.order.quantity;
  if (!quantity.is_positive() || !quantity.IsMultipleOf(input.instrument.lot_size)) {
    return model::Denial{.code = model::DenialCode::kBadQuantity,
                         .value = quantity,
                         .limit = input.instrument.lot_size};
  }
  return std::nullopt;
}

bool IsGoodPrice(const std::optional<base::Decimal>& price, bool is_needed,
                 const model::Instrument& instrument) {
  if (price.has_value() != is_needed) {
    return false;
  }
  return !price || (price->is_positive() && price->IsMultipleOf(instrument.tick_size));
}

// A leg of a bracket stands on its own side of the price that the entry will have.
bool IsGoodLeg(const std::optional<base::Decimal>& leg, bool is_above, const GuardInput& input) {
  if (!leg) {
    return true;
  }
  const bool is_stop = !input.order.limit_price && input.order.stop_price;
  const std::optional<base::Decimal> reference =
      is_stop ? input.order.stop_price : input.reference_price();
  return IsGoodPrice(leg, true, input.instrument) && !input.order.reduce_only &&
         (!reference || (is_above ? *leg > *reference : *leg < *reference));
}

Verdict CheckPrice(const GuardInput& input) {
  const model::NewOrder& order = input.order;
  using enum model::OrderType;
  const bool needs_limit = order.type == kLimit || order.type == kStopLimit;
  const bool needs_stop = order.type == kStop || order.type == kStopLimit;
  const bool is_buy = order.side == model::Side::kBuy;
  const auto objection = [&](const std::optional<base::Decimal>& price) {
    return model::Denial{.code = model::DenialCode::kBadPrice,
                         .value = price.value_or(base::Decimal()),
                         .limit = input.instrument.tick_size};
  };
  if (!IsGoodPrice(order.limit_price, needs_limit, input.instrument)) {
    return objection(order.limit_price);
  }
  if (!IsGoodPrice(order.stop_price, needs_stop, input.instrument)) {
    return objection(order.stop_price);
  }
  if (!IsGoodLeg(order.protective_stop, !is_buy, input)) {
    return objection(order.protective_stop);
  }
  if (!IsGoodLeg(order.profit_target, is_buy, input)) {
    return objection(order.profit_target);
  }
  return std::nullopt;
}

// A closing order closes what is free; what it is called must be what it does. A spot account opens
// no short position.
Verdict CheckIntent(const GuardInput& input, const model::AccountTerms& terms) {
  const model::NewOrder& order = input.order;
  using enum model::Intent;
  if (order.intent == kOpenShort && terms.mode == model::AccountMode::kSpot) {
    return model::Denial{.code = model::DenialCode::kShortNotAllowed, .value = order.quantity};
  }
  const bool is_closing = model::IsClosing(order.intent);
  const bool is_buy = order.intent == kOpenLong || order.intent == kCloseShort;
  const base::Decimal closable =
      order.intent == kCloseShort ? input.books.closable_short : input.books.free_quantity;
  if ((order.side == model::Side::kBuy) != is_buy || order.reduce_only != is_closing ||
      (is_closing && order.quantity > closable)) {
    return model::Denial{.code = model::DenialCode::kReduceOnlyWouldIncrease,
                         .value = order.quantity,
                         .limit = closable};
  }
  return std::nullopt;
}

}  // namespace

Verdict OrderSanityGuard::Check(const GuardInput& input) const {
  if (const Verdict verdict = CheckQuantity(input)) {
    return verdict;
  }
  if (const Verdict verdict = CheckPrice(input)) {
    return verdict;
  }
  return CheckIntent(input, terms_);
}

}  // namespace bulwark::risk

#include "risk/order_sanity_guard.h"

#include <optional>

#include "base/decimal.h"
#include "model/denial.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
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

Verdict CheckPrice(const GuardInput& input) {
  const model::NewOrder& order = input.order;
  const bool needs_price = order.type == model::OrderType::kLimit;
  const base::Decimal price = order.limit_price.value_or(base::Decimal());
  const bool is_good = price.is_positive() && price.IsMultipleOf(input.instrument.tick_size);
  if (order.limit_price.has_value() != needs_price || (needs_price && !is_good)) {
    return model::Denial{
        .code = model::DenialCode::kBadPrice, .value = price, .limit = input.instrument.tick_size};
  }
  return std::nullopt;
}

// Spot accounts hold long positions only: a closing order sells what is free, an opening one buys.
Verdict CheckIntent(const GuardInput& input) {
  const model::NewOrder& order = input.order;
  if (order.intent == model::Intent::kOpenShort || order.intent == model::Intent::kCloseShort) {
    return model::Denial{.code = model::DenialCode::kShortNotAllowed, .value = order.quantity};
  }
  const bool is_closing = order.intent == model::Intent::kCloseLong;
  const model::Side side = is_closing ? model::Side::kSell : model::Side::kBuy;
  if (order.side != side || order.reduce_only != is_closing ||
      (is_closing && order.quantity > input.books.free_quantity)) {
    return model::Denial{.code = model::DenialCode::kReduceOnlyWouldIncrease,
                         .value = order.quantity,
                         .limit = input.books.free_quantity};
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
  return CheckIntent(input);
}

}  // namespace bulwark::risk

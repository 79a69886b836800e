#include "risk/limit_guards.h"

#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "base/time.h"
#include "model/denial.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "risk/guard_input.h"
#include "risk/seconds.h"

namespace bulwark::risk {
namespace {

constexpr base::Decimal kHundred = base::Decimal::FromInt(100);

std::optional<base::Decimal> Notional(base::Decimal quantity, base::Decimal price) {
  return base::CheckedMul(quantity, price, base::Rounding::kCeiling);
}

}  // namespace

std::optional<base::Decimal> CashToReserve(const model::NewOrder& order, base::Decimal price,
                                           base::Decimal buffer_percent,
                                           const model::AccountTerms& terms) {
  const std::optional<base::Decimal> notional = Notional(order.quantity, price);
  const std::optional<base::Decimal> buffer =
      notional ? base::CheckedMulDiv(*notional, buffer_percent, kHundred, base::Rounding::kCeiling)
               : std::nullopt;
  if (!buffer) {
    return std::nullopt;
  }
  const bool is_leveraged =
      terms.mode == model::AccountMode::kPerp ||
      (terms.mode == model::AccountMode::kMargin && order.side == model::Side::kSell);
  const std::optional<base::Decimal> held =
      is_leveraged ? base::CheckedDiv(*notional, terms.leverage, base::Rounding::kCeiling)
                   : notional;
  return held ? base::CheckedAdd(*held, *buffer) : std::nullopt;
}

Verdict OrderNotionalGuard::Check(const GuardInput& input) const {
  if (input.order.reduce_only) {
    return std::nullopt;
  }
  const std::optional<base::Decimal> price = input.reference_price();
  if (!price) {
    return model::Denial{.code = model::DenialCode::kNoReferencePrice};
  }
  const base::Decimal notional =
      Notional(input.order.quantity, *price).value_or(base::Decimal::Max());
  if (notional > notional_max_) {
    return model::Denial{
        .code = model::DenialCode::kMaxOrderNotional, .value = notional, .limit = notional_max_};
  }
  if (notional < input.instrument.min_notional) {
    return model::Denial{.code = model::DenialCode::kBadQuantity,
                         .value = notional,
                         .limit = input.instrument.min_notional};
  }
  return std::nullopt;
}

Verdict PositionGuard::Check(const GuardInput& input) const {
  if (input.order.reduce_only) {
    return std::nullopt;
  }
  const std::optional<base::Decimal> price = input.mark().price;
  if (!price || !input.books.equity || !input.books.equity->is_positive()) {
    return model::Denial{.code = model::DenialCode::kNoReferencePrice};
  }
  const bool is_short = input.order.side == model::Side::kSell;
  const base::Decimal owned = is_short ? -input.books.owned_quantity : input.books.owned_quantity;
  const base::Decimal working =
      is_short ? input.books.working_sell_quantity : input.books.working_buy_quantity;
  const std::optional<base::Decimal> quantity =
      base::CheckedAdd(owned + working, input.order.quantity);
  const base::Decimal projected =
      (quantity ? Notional(*quantity, *price) : std::nullopt).value_or(base::Decimal::Max());
  const base::Decimal limit =
      base::MulDiv(*input.books.equity, percent_max_, kHundred, base::Rounding::kFloor);
  if (projected > limit) {
    return model::Denial{
        .code = model::DenialCode::kMaxPosition, .value = projected, .limit = limit};
  }
  return std::nullopt;
}

Verdict CashGuard::Check(const GuardInput& input) const {
  if (input.order.reduce_only) {
    return std::nullopt;
  }
  const std::optional<base::Decimal> price = input.reference_price();
  if (!price) {
    return model::Denial{.code = model::DenialCode::kNoReferencePrice};
  }
  const base::Decimal needed =
      CashToReserve(input.order, *price, buffer_percent_, terms_).value_or(base::Decimal::Max());
  if (needed > input.books.free_cash) {
    return model::Denial{.code = model::DenialCode::kInsufficientCash,
                         .value = needed,
                         .limit = input.books.free_cash};
  }
  return std::nullopt;
}

Verdict PaceGuard::Check(const GuardInput& input) const {
  // The bound on open orders holds for exits too: they could not be stored. It is far above what
  // the one-order-per-instrument rule lets happen.
  if (input.books.open_orders >= open_orders_max_) {
    return model::Denial{
        .code = model::DenialCode::kTooManyOrders,
        .value = base::Decimal::FromInt(static_cast<std::int64_t>(input.books.open_orders)),
        .limit = base::Decimal::FromInt(static_cast<std::int64_t>(open_orders_max_))};
  }
  if (input.order.reduce_only) {
    return std::nullopt;
  }
  if (input.books.has_working_order) {
    return model::Denial{.code = model::DenialCode::kPendingOrder};
  }
  const auto& last = input.state.last_entry_at[input.instrument.id.index];
  if (last && input.now - *last < cooldown_) {
    return model::Denial{.code = model::DenialCode::kEntryCooldown,
                         .value = Seconds(input.now - *last),
                         .limit = Seconds(cooldown_)};
  }
  return std::nullopt;
}

}  // namespace bulwark::risk

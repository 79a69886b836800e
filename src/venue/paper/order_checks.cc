#include "venue/paper/order_checks.h"

#include <optional>
#include <string_view>

#include "base/decimal.h"
#include "model/market_data.h"
#include "model/order.h"
#include "venue/paper/market_model.h"
#include "venue/paper/paper_order.h"

namespace bulwark::venue::paper {
namespace {

using base::Decimal;
using model::OrderType;
using model::TimeInForce;

std::optional<std::string_view> CheckShape(const CheckInput& input) {
  const Submission& asked = input.order.asked;
  if (asked.type != OrderType::kMarket && asked.type != OrderType::kLimit) {
    return kUnsupportedType;
  }
  if (asked.time_in_force == TimeInForce::kDay) {
    return kUnsupportedTime;
  }
  if (!asked.quantity.is_positive() || !asked.quantity.IsMultipleOf(input.instrument.lot_size)) {
    return kBadQuantity;
  }
  if (asked.limit_price.has_value() != (asked.type == OrderType::kLimit)) {
    return kBadPrice;
  }
  if (asked.limit_price && (!asked.limit_price->is_positive() ||
                            !asked.limit_price->IsMultipleOf(input.instrument.tick_size))) {
    return kBadPrice;
  }
  return std::nullopt;
}

std::optional<std::string_view> CheckValue(const CheckInput& input) {
  const Submission& asked = input.order.asked;
  const bool needs_price =
      asked.type == OrderType::kMarket || asked.time_in_force != TimeInForce::kGtc;
  if (needs_price && !input.last) {
    return kNoPrice;
  }
  const Decimal price = asked.limit_price.value_or(input.last.value_or(Decimal()));
  const auto notional = base::CheckedMul(price, asked.quantity, base::Rounding::kHalfEven);
  if (!notional || !input.reserve) {
    return kTooLarge;
  }
  // A notional that rounds to nothing would move quantity without cash.
  if (*notional < input.instrument.min_notional || !notional->is_positive()) {
    return kMinNotional;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string_view> CheckOrder(const CheckInput& input) {
  if (const auto refusal = CheckShape(input)) {
    return refusal;
  }
  if (const auto refusal = CheckValue(input)) {
    return refusal;
  }
  const Submission& asked = input.order.asked;
  if (asked.side == model::Side::kBuy) {
    // A spot account is never short, so a buy cannot reduce anything.
    if (asked.reduce_only) {
      return kReduceOnly;
    }
    return input.reserve > input.free_cash ? std::optional(kInsufficientCash) : std::nullopt;
  }
  return asked.quantity > input.free_position ? std::optional(kInsufficientPosition) : std::nullopt;
}

std::optional<Decimal> CostOf(Decimal price, Decimal quantity, Decimal fee_bps) {
  const auto notional = base::CheckedMul(price, quantity, base::Rounding::kHalfEven);
  const auto fee = notional ? Fee(*notional, fee_bps) : std::nullopt;
  return fee ? base::CheckedAdd(*notional, *fee) : std::nullopt;
}

}  // namespace bulwark::venue::paper

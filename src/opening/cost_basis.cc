#include "opening/cost_basis.h"

#include <algorithm>
#include <optional>

#include "base/decimal.h"

namespace bulwark::opening {
namespace {

using base::Decimal;

// Sums of amounts below this stay in range, however many documents there are.
constexpr Decimal kAmountMax = Decimal::FromInt(1'000'000'000);

Decimal PortionOf(Decimal value, Decimal part, Decimal whole) {
  return part == whole ? value : base::MulDiv(value, part, whole, base::Rounding::kHalfEven);
}

}  // namespace

void CostBasis::Add(Decimal quantity, Decimal value) {
  is_known_ = is_known_ && quantity.Abs() <= kAmountMax && value.Abs() <= kAmountMax &&
              quantity_.Abs() <= kAmountMax;
  if (!is_known_ || quantity.is_zero()) {
    return;
  }
  Part trade{.quantity = quantity.Abs(), .value = value};
  const bool is_closing = quantity_.is_negative() != quantity.is_negative() && !quantity_.is_zero();
  quantity_ += quantity;
  if (is_closing) {
    Close(trade);
  }
  if (trade.quantity.is_positive()) {
    parts_.push_back(trade);
  }
}

// Takes from the oldest; what is left of the trade opens the other side.
void CostBasis::Close(Part& trade) {
  while (trade.quantity.is_positive() && !parts_.empty()) {
    Part& oldest = parts_.front();
    const Decimal taken = std::min(oldest.quantity, trade.quantity);
    oldest.value -= PortionOf(oldest.value, taken, oldest.quantity);
    trade.value -= PortionOf(trade.value, taken, trade.quantity);
    oldest.quantity -= taken;
    trade.quantity -= taken;
    if (oldest.quantity.is_zero()) {
      parts_.pop_front();
    }
  }
}

std::optional<Decimal> CostBasis::cost() const {
  Decimal sum;
  for (const Part& part : parts_) {
    sum += part.value;
    if (sum.Abs() > kAmountMax) {
      return std::nullopt;
    }
  }
  return is_known_ ? std::optional(quantity_.is_negative() ? -sum : sum) : std::nullopt;
}

}  // namespace bulwark::opening

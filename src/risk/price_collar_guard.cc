#include "risk/price_collar_guard.h"

#include <optional>

#include "base/decimal.h"
#include "model/denial.h"
#include "model/market_data.h"
#include "model/order.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

Verdict PriceCollarGuard::Check(const GuardInput& input) const {
  if (!input.order.limit_price) {
    return std::nullopt;
  }
  const std::optional<base::Decimal>& mark = input.mark().price;
  if (!mark) {
    return model::Denial{.code = model::DenialCode::kNoReferencePrice};
  }
  const bool is_buy = input.order.side == model::Side::kBuy;
  const base::Decimal width =
      base::CheckedMulDiv(*mark, percent_, base::Decimal::FromInt(100), base::Rounding::kFloor)
          .value_or(base::Decimal());
  const base::Decimal edge = base::CheckedAdd(*mark, is_buy ? width : -width).value_or(*mark);
  const base::Decimal price = *input.order.limit_price;
  if (is_buy ? price > edge : price < edge) {
    return model::Denial{.code = model::DenialCode::kPriceCollar, .value = price, .limit = edge};
  }
  return std::nullopt;
}

}  // namespace bulwark::risk

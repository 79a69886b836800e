#include "risk/position_guard.h"

#include <optional>

#include "base/decimal.h"
#include "model/denial.h"
#include "model/market_data.h"
#include "model/order.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

Verdict PositionGuard::Check(const GuardInput& input) const {
  const std::optional<base::Decimal>& price = input.mark().price;
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
      (quantity ? base::CheckedMul(*quantity, *price, base::Rounding::kCeiling) : std::nullopt)
          .value_or(base::Decimal::Max());
  const base::Decimal limit =
      base::CheckedMulDiv(*input.books.equity, percent_max_, base::Decimal::FromInt(100),
                          base::Rounding::kFloor)
          .value_or(base::Decimal::Max());
  if (projected > limit) {
    return model::Denial{
        .code = model::DenialCode::kMaxPosition, .value = projected, .limit = limit};
  }
  return std::nullopt;
}

}  // namespace bulwark::risk

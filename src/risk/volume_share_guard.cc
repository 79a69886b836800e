#include "risk/volume_share_guard.h"

#include <optional>

#include "base/decimal.h"
#include "model/denial.h"
#include "model/market_data.h"
#include "model/order.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

Verdict VolumeShareGuard::Check(const GuardInput& input) const {
  if (!percent_.is_positive()) {
    return std::nullopt;
  }
  const base::Decimal working = input.order.side == model::Side::kBuy
                                    ? input.books.working_buy_quantity
                                    : input.books.working_sell_quantity;
  const base::Decimal quantity =
      base::CheckedAdd(input.order.quantity, working).value_or(base::Decimal::Max());
  const base::Decimal most =
      base::CheckedMulDiv(input.books.average_volume.value_or(base::Decimal()), percent_,
                          base::Decimal::FromInt(100), base::Rounding::kFloor)
          .value_or(base::Decimal());
  if (quantity > most) {
    return model::Denial{
        .code = model::DenialCode::kMaxVolumeShare, .value = quantity, .limit = most};
  }
  return std::nullopt;
}

}  // namespace bulwark::risk

#include "risk/cash_reserve_guard.h"

#include <optional>

#include "base/decimal.h"
#include "model/denial.h"
#include "risk/cash_guard.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

Verdict CashReserveGuard::Check(const GuardInput& input) const {
  const std::optional<base::Decimal> price = input.reference_price();
  if (!price || !input.books.equity) {
    return model::Denial{.code = model::DenialCode::kNoReferencePrice};
  }
  const base::Decimal needed =
      CashToReserve(input.order, *price, buffer_percent_, terms_).value_or(base::Decimal::Max());
  const base::Decimal left =
      base::CheckedAdd(input.books.free_cash, -needed).value_or(-base::Decimal::Max());
  const base::Decimal reserve =
      base::CheckedMulDiv(*input.books.equity, reserve_percent_, base::Decimal::FromInt(100),
                          base::Rounding::kCeiling)
          .value_or(base::Decimal::Max());
  if (left < reserve) {
    return model::Denial{.code = model::DenialCode::kCashReserve, .value = left, .limit = reserve};
  }
  return std::nullopt;
}

}  // namespace bulwark::risk

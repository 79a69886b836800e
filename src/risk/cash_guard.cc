#include "risk/cash_guard.h"

#include <optional>

#include "base/decimal.h"
#include "model/denial.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

std::optional<base::Decimal> CashToReserve(const model::NewOrder& order, base::Decimal price,
                                           base::Decimal buffer_percent,
                                           const model::AccountTerms& terms) {
  const std::optional<base::Decimal> notional =
      base::CheckedMul(order.quantity, price, base::Rounding::kCeiling);
  const std::optional<base::Decimal> buffer =
      notional ? base::CheckedMulDiv(*notional, buffer_percent, base::Decimal::FromInt(100),
                                     base::Rounding::kCeiling)
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

Verdict CashGuard::Check(const GuardInput& input) const {
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

}  // namespace bulwark::risk

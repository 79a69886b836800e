#include "risk/self_match_guard.h"

#include <optional>

#include "base/decimal.h"
#include "model/denial.h"
#include "model/market_data.h"
#include "model/order.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

Verdict SelfMatchGuard::Check(const GuardInput& input) const {
  const bool is_buy = input.order.side == model::Side::kBuy;
  const std::optional<base::Decimal>& own =
      is_buy ? input.books.lowest_own_sale : input.books.highest_own_bid;
  if (!own) {
    return std::nullopt;
  }
  const std::optional<base::Decimal>& price = input.order.limit_price;
  if (!price || (is_buy ? *price >= *own : *price <= *own)) {
    return model::Denial{.code = model::DenialCode::kSelfMatch,
                         .value = price.value_or(base::Decimal()),
                         .limit = *own};
  }
  return std::nullopt;
}

}  // namespace bulwark::risk

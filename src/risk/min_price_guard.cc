#include "risk/min_price_guard.h"

#include <optional>

#include "base/decimal.h"
#include "model/denial.h"
#include "model/instrument.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

Verdict MinPriceGuard::Check(const GuardInput& input) const {
  if (model::KindOf(input.instrument) != model::AssetKind::kEquity) {
    return std::nullopt;
  }
  const std::optional<base::Decimal> price = input.reference_price();
  if (!price) {
    return model::Denial{.code = model::DenialCode::kNoReferencePrice};
  }
  if (*price < price_min_) {
    return model::Denial{
        .code = model::DenialCode::kMinPrice, .value = *price, .limit = price_min_};
  }
  return std::nullopt;
}

}  // namespace bulwark::risk

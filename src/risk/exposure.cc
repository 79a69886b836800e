#include "risk/exposure.h"

#include <optional>

#include "base/decimal.h"
#include "model/denial.h"
#include "model/instrument.h"
#include "model/order.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

bool HasSector(const model::Instrument& instrument) {
  return !instrument.sector.view().empty() ||
         model::KindOf(instrument) == model::AssetKind::kEquity;
}

bool AreOfOneSector(const model::Instrument& a, const model::Instrument& b) {
  return HasSector(a) && HasSector(b) && a.sector == b.sector;
}

Verdict CheckExposure(const GuardInput& input, const std::optional<base::Decimal>& exposure,
                      base::Decimal percent_max, model::DenialCode code) {
  const std::optional<base::Decimal> price = input.mark().price;
  const std::optional<base::Decimal>& equity = input.books.equity;
  if (!price || !exposure || !equity || !equity->is_positive()) {
    return model::Denial{.code = model::DenialCode::kNoReferencePrice};
  }
  const std::optional<base::Decimal> value =
      base::CheckedMul(input.order.quantity, *price, base::Rounding::kCeiling);
  const base::Decimal after =
      (value ? base::CheckedAdd(*exposure, *value) : std::nullopt).value_or(base::Decimal::Max());
  const base::Decimal most =
      base::CheckedMulDiv(*equity, percent_max, base::Decimal::FromInt(100), base::Rounding::kFloor)
          .value_or(base::Decimal::Max());
  if (after > most) {
    return model::Denial{.code = code, .value = after, .limit = most};
  }
  return std::nullopt;
}

}  // namespace bulwark::risk

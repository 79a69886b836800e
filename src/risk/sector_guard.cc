#include "risk/sector_guard.h"

#include <optional>

#include "base/decimal.h"
#include "model/denial.h"
#include "risk/exposure.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

Verdict SectorGuard::Check(const GuardInput& input) const {
  if (!HasSector(input.instrument)) {
    return std::nullopt;
  }
  return CheckExposure(input, input.books.sector_exposure, percent_max_,
                       model::DenialCode::kMaxSector);
}

}  // namespace bulwark::risk

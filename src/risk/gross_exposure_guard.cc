#include "risk/gross_exposure_guard.h"

#include "model/denial.h"
#include "risk/exposure.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

Verdict GrossExposureGuard::Check(const GuardInput& input) const {
  return CheckExposure(input, input.books.gross_exposure, percent_max_,
                       model::DenialCode::kMaxGrossExposure);
}

}  // namespace bulwark::risk

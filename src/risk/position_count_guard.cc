#include "risk/position_count_guard.h"

#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "model/denial.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

Verdict PositionCountGuard::Check(const GuardInput& input) const {
  const auto positions = static_cast<std::int64_t>(input.books.other_positions) + 1;
  const auto most = static_cast<std::int64_t>(positions_max_);
  if (!input.books.is_held_or_entered() && positions > most) {
    return model::Denial{.code = model::DenialCode::kMaxPositions,
                         .value = base::Decimal::FromInt(positions),
                         .limit = base::Decimal::FromInt(most)};
  }
  return std::nullopt;
}

}  // namespace bulwark::risk

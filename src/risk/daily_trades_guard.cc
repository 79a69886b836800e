#include "risk/daily_trades_guard.h"

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "model/denial.h"
#include "risk/entry_log.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

Verdict DailyTradesGuard::Check(const GuardInput& input) const {
  const std::size_t entries = input.state.entries.OnDayOf(input.now);
  if (entries_max_ > 0 && entries >= entries_max_) {
    return model::Denial{.code = model::DenialCode::kMaxDailyTrades,
                         .value = base::Decimal::FromInt(static_cast<std::int64_t>(entries)),
                         .limit = base::Decimal::FromInt(static_cast<std::int64_t>(entries_max_))};
  }
  return std::nullopt;
}

}  // namespace bulwark::risk

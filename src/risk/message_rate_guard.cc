#include "risk/message_rate_guard.h"

#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "model/denial.h"
#include "model/order.h"
#include "risk/guard_input.h"
#include "risk/message_log.h"
#include "risk/rate_window.h"

namespace bulwark::risk {

Verdict MessageRateGuard::Check(const GuardInput& input) const {
  const RateWindow* const full = input.state.messages.Full(input.order.strategy, input.now);
  if (full == nullptr) {
    return std::nullopt;
  }
  const auto most = base::Decimal::FromInt(static_cast<std::int64_t>(full->most()));
  return model::Denial{.code = model::DenialCode::kMessageRate, .value = most, .limit = most};
}

}  // namespace bulwark::risk

#include "risk/gate.h"

#include <tuple>

#include "model/order.h"
#include "risk/approved.h"
#include "risk/day_trade_guard.h"
#include "risk/guard_input.h"
#include "risk/limit_guards.h"
#include "risk/link_guard.h"
#include "risk/order_sanity_guard.h"
#include "risk/permit_guard.h"
#include "risk/stale_data_guard.h"
#include "risk/stop_guards.h"

namespace bulwark::risk {

Gate::Gate(const GateLimits& limits)
    : limits_(limits),
      guards_(HaltGuard(), KillSwitchGuard(limits.allow_strategy_exits_when_killed),
              PermitGuard(limits.permit_lifetime), LinkGuard(), StaleDataGuard(limits.data_age_max),
              OrderSanityGuard(limits.terms), OrderNotionalGuard(limits.order_notional_max),
              PositionGuard(limits.position_percent_max),
              CashGuard(limits.cash_buffer_percent, limits.terms),
              PaceGuard(limits.entry_cooldown, limits.open_orders_max), DayTradeGuard()) {}

GateAnswer Gate::Check(const GuardInput& input) const {
  Verdict objection;
  const auto ask = [&](const auto&... guards) {
    // Stops at the first guard that objects.
    static_cast<void>(((objection = guards.Check(input)).has_value() || ...));
  };
  std::apply(ask, guards_);
  if (objection) {
    return *objection;
  }
  return Approved<model::NewOrder>(input.order);
}

}  // namespace bulwark::risk

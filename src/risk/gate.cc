#include "risk/gate.h"

#include <tuple>

#include "model/order.h"
#include "risk/approved.h"
#include "risk/breaker_guard.h"
#include "risk/candle_guard.h"
#include "risk/cash_guard.h"
#include "risk/cash_reserve_guard.h"
#include "risk/daily_trades_guard.h"
#include "risk/day_trade_guard.h"
#include "risk/duplicate_guard.h"
#include "risk/entry_cooldown_guard.h"
#include "risk/entry_limits.h"
#include "risk/gross_exposure_guard.h"
#include "risk/guard_input.h"
#include "risk/link_guard.h"
#include "risk/message_rate_guard.h"
#include "risk/min_price_guard.h"
#include "risk/open_orders_guard.h"
#include "risk/order_notional_guard.h"
#include "risk/order_quantity_guard.h"
#include "risk/order_sanity_guard.h"
#include "risk/pending_order_guard.h"
#include "risk/permit_guard.h"
#include "risk/position_count_guard.h"
#include "risk/position_guard.h"
#include "risk/price_collar_guard.h"
#include "risk/restricted_guard.h"
#include "risk/scope_guard.h"
#include "risk/sector_guard.h"
#include "risk/self_match_guard.h"
#include "risk/stale_data_guard.h"
#include "risk/stop_guards.h"
#include "risk/volume_share_guard.h"
#include "risk/watchdog_guard.h"

namespace bulwark::risk {

Gate::Gate(const GateLimits& limits)
    : limits_(limits),
      guards_(HaltGuard(), KillSwitchGuard(limits.allow_strategy_exits_when_killed), ScopeGuard(),
              PermitGuard(limits.permit_lifetime), BreakerGuard(), ForEntries(WatchdogGuard()),
              LinkGuard(), StaleDataGuard(limits.data_age_max), OrderSanityGuard(limits.terms),
              ForEntries(RestrictedGuard(limits.entry.restricted)),
              ForEntries(MinPriceGuard(limits.entry.price_min)),
              ForEntries(PriceCollarGuard(limits.entry.collar_percent)),
              ForEntries(OrderQuantityGuard(limits.entry.quantity_max)),
              ForEntries(OrderNotionalGuard(limits.entry.notional_max)),
              ForEntries(VolumeShareGuard(limits.entry.volume_percent)),
              ForEntries(PositionGuard(limits.entry.position_percent_max)),
              ForEntries(PositionCountGuard(limits.entry.positions_max)),
              ForEntries(SectorGuard(limits.entry.sector_percent_max)),
              ForEntries(GrossExposureGuard(limits.entry.gross_percent_max)),
              ForEntries(CashGuard(limits.entry.cash_buffer_percent, limits.terms)),
              ForEntries(CashReserveGuard(limits.entry.cash_reserve_percent,
                                          limits.entry.cash_buffer_percent, limits.terms)),
              OpenOrdersGuard(limits.open_orders_max, limits.open_orders_max_for_exits),
              ForEntries(SelfMatchGuard()), ForEntries(PendingOrderGuard()),
              ForNewEntries(EntryCooldownGuard(limits.entry.cooldown)),
              ForNewEntries(CandleGuard(limits.entry.candle, limits.entry.candle_entries_max)),
              ForNewEntries(DuplicateGuard(limits.entry.duplicate_window)),
              ForEntries(MessageRateGuard()),
              ForNewEntries(DailyTradesGuard(limits.entry.daily_trades_max)), DayTradeGuard()) {}

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

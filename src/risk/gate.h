// The one door: every order of whatever origin passes here, and only here an approval is made.
//
// Shape:   the guards are asked in the order of the design (stops, permit, breakers, links, data,
//          sanity, limits) and the first objection is the answer.
// Errors:  none; a denial is an answer with code, measured value and limit.
// Threads: the engine thread only. Nothing here locks, blocks, allocates or reads a clock.
// Source:  design section 4, docs/risk.md

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>

#include "base/time.h"
#include "model/denial.h"
#include "model/order.h"
#include "model/portfolio.h"
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

struct GateLimits {
  bool allow_strategy_exits_when_killed = false;
  base::Nanos permit_lifetime{std::chrono::seconds{1}};
  base::Nanos data_age_max{std::chrono::seconds{5}};
  std::size_t open_orders_max = 256;            // When an entry is asked for.
  std::size_t open_orders_max_for_exits = 448;  // The store holds 512, and legs need room too.
  EntryLimits entry;
  model::AccountTerms terms;
};

// Asks the guard about entries only: an order that only reduces is never blocked by a limit.
template <class Guard>
class ForEntries {
 public:
  explicit ForEntries(Guard guard) : guard_(std::move(guard)) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const {
    return input.order.reduce_only ? std::nullopt : guard_.Check(input);
  }

 private:
  Guard guard_;
};

// Asks the guard about entries that are new: what takes the place of another was paced with it.
template <class Guard>
class ForNewEntries {
 public:
  explicit ForNewEntries(Guard guard) : guard_(std::move(guard)) {}
  [[nodiscard]] Verdict Check(const GuardInput& input) const {
    return input.order.reduce_only || input.is_successor ? std::nullopt : guard_.Check(input);
  }

 private:
  Guard guard_;
};

using GateAnswer = std::variant<Approved<model::NewOrder>, model::Denial>;

class Gate {
 public:
  explicit Gate(const GateLimits& limits);

  [[nodiscard]] GateAnswer Check(const GuardInput& input) const;

  [[nodiscard]] const GateLimits& limits() const { return limits_; }

  // In the order in which they are asked; see risk/gate_trace.h.
  template <class Visit>
  void ForEachGuard(Visit visit) const {
    std::apply([&](const auto&... guards) { (visit(guards), ...); }, guards_);
  }

 private:
  GateLimits limits_;
  std::tuple<
      HaltGuard, KillSwitchGuard, ScopeGuard, PermitGuard, BreakerGuard, ForEntries<WatchdogGuard>,
      LinkGuard, StaleDataGuard, OrderSanityGuard, ForEntries<RestrictedGuard>,
      ForEntries<MinPriceGuard>, ForEntries<PriceCollarGuard>, ForEntries<OrderQuantityGuard>,
      ForEntries<OrderNotionalGuard>, ForEntries<VolumeShareGuard>, ForEntries<PositionGuard>,
      ForEntries<PositionCountGuard>, ForEntries<SectorGuard>, ForEntries<GrossExposureGuard>,
      ForEntries<CashGuard>, ForEntries<CashReserveGuard>, OpenOrdersGuard,
      ForEntries<SelfMatchGuard>, ForEntries<PendingOrderGuard>, ForNewEntries<EntryCooldownGuard>,
      ForNewEntries<CandleGuard>, ForNewEntries<DuplicateGuard>, ForEntries<MessageRateGuard>,
      ForNewEntries<DailyTradesGuard>, DayTradeGuard>
      guards_;
};

}  // namespace bulwark::risk

// The one door: every order of whatever origin passes here, and only here an approval is made.
//
// Shape:   the guards are asked in the order of the design (stops, permit, links, data, sanity,
//          limits) and the first objection is the answer.
// Errors:  none; a denial is an answer with code, measured value and limit.
// Threads: the engine thread only. Nothing here locks, blocks, allocates or reads a clock.
// Source:  design section 4, docs/risk.md

#pragma once

#include <chrono>
#include <cstddef>
#include <tuple>
#include <variant>

#include "base/decimal.h"
#include "base/time.h"
#include "model/denial.h"
#include "model/order.h"
#include "model/portfolio.h"
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

struct GateLimits {
  bool allow_strategy_exits_when_killed = false;
  base::Nanos permit_lifetime{std::chrono::seconds{1}};
  base::Nanos data_age_max{std::chrono::seconds{5}};
  base::Nanos entry_cooldown{std::chrono::seconds{1}};
  base::Decimal order_notional_max = base::Decimal::FromInt(10'000);
  base::Decimal position_percent_max = base::Decimal::FromInt(25);
  base::Decimal cash_buffer_percent = base::Decimal::FromInt(1);
  std::size_t open_orders_max = 256;
  model::AccountTerms terms;
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
  std::tuple<HaltGuard, KillSwitchGuard, PermitGuard, LinkGuard, StaleDataGuard, OrderSanityGuard,
             OrderNotionalGuard, PositionGuard, CashGuard, PaceGuard, DayTradeGuard>
      guards_;
};

}  // namespace bulwark::risk

#include "daytrade/pattern_check.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/decimal.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "daytrade/account.h"
#include "daytrade/bounded.h"
#include "daytrade/day_counter.h"
#include "daytrade/policy.h"
#include "daytrade/trade_log.h"
#include "model/instrument.h"

namespace bulwark::daytrade {
namespace {

using base::Decimal;

// Which of the working orders of the instrument are taken to trade, and when.
enum class Others : std::uint8_t { kNone, kBefore, kAfter };

void Apply(InstrumentView& view, Decimal quantity, Decimal price) {
  const Decimal cost = Times(quantity.Abs(), price.Abs());
  for (DayCounter& day : view.today) {
    day.Trade(quantity, cost);
  }
}

void ApplyOpposite(InstrumentView& view, const Intent& intent, std::span<const Pending> pending) {
  for (const Pending& order : pending) {
    if (order.instrument == intent.instrument && order.side != intent.side) {
      Apply(view, order.signed_quantity(), order.worst_price);
    }
  }
}

InstrumentView After(InstrumentView view, const Intent& intent, std::span<const Pending> pending,
                     Others others) {
  for (const Pending& order : pending) {
    if (order.instrument == intent.instrument && order.side == intent.side && order.is_opening) {
      Apply(view, order.signed_quantity(), order.worst_price);
    }
  }
  if (others == Others::kBefore) {
    ApplyOpposite(view, intent, pending);
  }
  Apply(view, intent.signed_quantity(), intent.worst_price);
  if (others == Others::kAfter) {
    ApplyOpposite(view, intent, pending);
  }
  return view;
}

// As the instrument is counted once it traded at an hour that venues date differently.
InstrumentView WithEvening(InstrumentView view, bool is_evening) {
  view.uses_wall_date = view.uses_wall_date || is_evening;
  return view;
}

bool IsOpenedToday(const InstrumentView& view) {
  return !view.today.at(0).opened_today().is_zero() ||
         (view.uses_wall_date && !view.today.at(1).opened_today().is_zero());
}

std::int32_t CountWhenFlat(InstrumentView view, CountMethod method) {
  for (DayCounter& day : view.today) {
    day.CloseToday();
  }
  return CountOf(view, method);
}

Decimal Exposure(const TradeLog& log, const Snapshot& snapshot, const Intent& intent,
                 base::UnixNanos now) {
  const Decimal held = snapshot.has_buying_power_call ? log.OpenedToday(now) : log.PeakToday(now);
  return IsOpening(intent.kind)
             ? Plus(held, Times(intent.quantity, intent.worst_price, base::Rounding::kCeiling))
             : held;
}

std::int32_t UsedBy(const Policy& policy, const Snapshot& snapshot, std::int32_t ours) {
  std::int32_t used = std::max(ours, snapshot.broker_count.value_or(0));
  if (snapshot.broker_remaining && *snapshot.broker_remaining >= 0) {
    used = std::max(used, policy.rules.day_trades_max - *snapshot.broker_remaining);
  }
  return used;
}

// Not a pattern while day trades are a small part of all orders, if the policy uses that at all.
bool IsFewOfMany(const Policy& policy, const TradeLog& log, std::int32_t used,
                 base::UnixNanos now) {
  const Decimal allowed =
      Times(policy.rules.pattern_share, Decimal::FromInt(log.OrdersInWindow(now)));
  return policy.use_six_percent && Decimal::FromInt(used) <= allowed;
}

}  // namespace

Decimal FloorEquity(const Snapshot& snapshot) {
  return Minus(std::min(snapshot.last_equity, snapshot.equity), snapshot.excluded_equity);
}

bool IsFloorMet(const Policy& policy, const Snapshot& snapshot) {
  return FloorEquity(snapshot) >=
         Times(policy.rules.equity_floor, policy.floor_headroom, base::Rounding::kCeiling);
}

Decimal BuyingPower(const Policy& policy, const Snapshot& snapshot) {
  const Decimal excess =
      std::max(Decimal(), Minus(snapshot.last_equity, snapshot.last_maintenance));
  return Times(excess, snapshot.has_buying_power_call ? policy.rules.buying_power_multiple_in_call
                                                      : policy.rules.buying_power_multiple);
}

std::int32_t ReservedExits(const Policy& policy, const TradeLog& log, base::UnixNanos now,
                           std::optional<model::InstrumentId> except) {
  const bool may_be_evening = log.MayTradeAtDisputedHour(now);
  std::int32_t reserved = 0;
  for (std::size_t index = 0; index < model::kInstrumentsMax; ++index) {
    const model::InstrumentId instrument{static_cast<std::uint16_t>(index)};
    if (instrument == except || !log.is_used(instrument)) {
      continue;
    }
    const InstrumentView view = log.ViewOf(instrument, now);
    const InstrumentView at_exit = WithEvening(view, may_be_evening);
    if (IsOpenedToday(at_exit)) {
      reserved += std::max(
          1, CountWhenFlat(at_exit, policy.count_method) - CountOf(view, policy.count_method));
    }
  }
  return reserved;
}

PatternFigures MeasurePattern(const PatternCase& it, const Intent& intent) {
  const Policy& policy = it.policy;
  const Snapshot& snapshot = it.snapshot;
  PatternFigures figures;
  figures.used = UsedBy(policy, snapshot, it.log.Count(it.now));
  figures.reserved = ReservedExits(policy, it.log, it.now, intent.instrument);
  for (const Pending& order : it.pending) {
    figures.reserved += order.is_opening && order.instrument != intent.instrument ? 1 : 0;
  }

  // This order trades now; getting out of it may come at any later hour of the day.
  const bool is_evening = calendar::ExchangeCalendar::IsTradeDateDisputed(it.now);
  const bool may_be_evening = it.log.MayTradeAtDisputedHour(it.now);
  const InstrumentView view = it.log.ViewOf(intent.instrument, it.now);
  const std::int32_t before = CountOf(view, policy.count_method);
  for (const Others others : {Others::kNone, Others::kBefore, Others::kAfter}) {
    const InstrumentView after = After(view, intent, it.pending, others);
    figures.delta = std::max(figures.delta,
                             CountOf(WithEvening(after, is_evening), policy.count_method) - before);
    figures.own_exit =
        std::max(figures.own_exit,
                 CountWhenFlat(WithEvening(after, may_be_evening), policy.count_method) - before);
  }

  const bool is_pattern_day_trader = snapshot.pattern_day_trader_since.has_value();
  figures.is_floor_met = IsFloorMet(policy, snapshot);
  figures.limit = is_pattern_day_trader && !figures.is_floor_met
                      ? 0
                      : std::min(policy.day_trades_max, policy.rules.day_trades_max);
  figures.is_limited = (!figures.is_floor_met || policy.cap_even_above_floor) &&
                       !IsFewOfMany(policy, it.log, figures.used, it.now);
  figures.has_buying_power_limit = figures.is_floor_met || is_pattern_day_trader;
  figures.buying_power = Times(BuyingPower(policy, snapshot), policy.buying_power_use);
  figures.exposure = Exposure(it.log, snapshot, intent, it.now);
  return figures;
}

}  // namespace bulwark::daytrade

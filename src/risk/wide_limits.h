// Limits that are all asked and stand in nobody's way: for tests and measurements of other things.
//
// Threads: any; pure.

#pragma once

#include <chrono>

#include "base/decimal.h"
#include "base/time.h"
#include "risk/entry_limits.h"

namespace bulwark::risk {

inline EntryLimits WideLimits() {
  EntryLimits limits;
  limits.price_min = {};
  limits.collar_percent = base::Decimal::FromInt(100'000);
  limits.quantity_max = base::Decimal::Max();
  limits.notional_max = base::Decimal::FromInt(100'000'000);
  limits.position_percent_max = base::Decimal::FromInt(100'000);
  limits.sector_percent_max = base::Decimal::FromInt(100'000);
  limits.gross_percent_max = base::Decimal::FromInt(100'000);
  limits.cash_reserve_percent = {};
  limits.positions_max = 1'000;
  limits.daily_trades_max = 0;
  limits.candle_entries_max = 0;
  limits.cooldown = base::Nanos{0};
  limits.duplicate_window = base::Nanos{0};
  limits.messages = {.per_second = 10'000, .per_minute = 10'000, .per_strategy_minute = 10'000};
  return limits;
}

}  // namespace bulwark::risk

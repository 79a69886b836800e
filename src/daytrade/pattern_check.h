// May this order be sent under the rule that counts day trades, with enough of them left to get out
// of everything again?
//
// Shape:   an entry must leave a day trade for the exit of each position opened today, its own
//          included, and for each entry that still works. All orders of time between the candidate
//          and the working orders of its instrument are considered that can make a difference; the
//          worst counts. What a trade makes is counted as it will be after it: one at an hour that
//          venues date differently makes its instrument be counted by both days.
// Errors:  none.
// Threads: one. Nothing allocates.
// Source:  docs/day-trades.md#the-count

#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/decimal.h"
#include "base/time.h"
#include "daytrade/account.h"
#include "daytrade/policy.h"
#include "daytrade/trade_log.h"

namespace bulwark::daytrade {

struct PatternFigures {
  std::int32_t used = 0;      // The larger of ours and the broker's.
  std::int32_t reserved = 0;  // For exits of other instruments and for entries that work there.
  std::int32_t delta = 0;     // Day trades this order makes, in the worst order of time.
  std::int32_t own_exit = 0;  // Those it makes, and those that getting out of it then makes.
  std::int32_t limit = 0;
  bool is_floor_met = false;
  bool is_limited = true;  // Whether the limit applies at all.
  bool has_buying_power_limit = false;
  base::Decimal buying_power;
  base::Decimal exposure;  // Of positions opened today, with this order.

  [[nodiscard]] bool has_exit_budget() const {
    return !is_limited || used + reserved + own_exit <= limit;
  }
  [[nodiscard]] bool exit_fits() const { return !is_limited || used + delta <= limit; }
  [[nodiscard]] bool fits_buying_power() const {
    return !has_buying_power_limit || exposure <= buying_power;
  }
};

// The equity that counts for the floor: the smaller of the last close and now.
base::Decimal FloorEquity(const Snapshot& snapshot);
bool IsFloorMet(const Policy& policy, const Snapshot& snapshot);
// What the rule lets an account hold that opens and closes on one day.
base::Decimal BuyingPower(const Policy& policy, const Snapshot& snapshot);

// The day trades that getting out of today's positions makes, without the one instrument.
std::int32_t ReservedExits(const Policy& policy, const TradeLog& log, base::UnixNanos now,
                           std::optional<model::InstrumentId> except);

// What an order is held against.
struct PatternCase {
  const Policy& policy;
  const TradeLog& log;
  const Snapshot& snapshot;
  std::span<const Pending> pending;
  base::UnixNanos now;
};

PatternFigures MeasurePattern(const PatternCase& it, const Intent& intent);

}  // namespace bulwark::daytrade

// Scales the size of entries down while the account is losing, and up again once it has recovered.
//
// Shape:   three levels: full, reduced, stopped. Judged once a second from the fall below the
//          highest equity and from the week's loss. It falls at once and rises only after
//          `recovery` measurements in a row that allow it; the level outlives a restart. What
//          cannot be measured changes nothing. Exits are none of its business.
// Units:   limits and figures in percent, losses positive; the factor is a fraction of full size.
// Errors:  none.
// Threads: the engine thread only. Pure: no clock, I/O or allocation.
// Source:  docs/risk.md#watchdog, contract section 3.5

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/decimal.h"
#include "base/time.h"
#include "model/watchdog.h"

namespace bulwark::breakers {

// A percentage of zero turns its rule off.
struct WatchdogLimits {
  base::Decimal warn;  // Fall from the highest equity from which entries are made smaller.
  base::Decimal stop;  // From which nothing is entered.
  base::Decimal week;  // Loss of the week from which nothing is entered.
  base::Decimal factor = base::Decimal::FromInt(1);  // Of a reduced entry, in (0, 1].
  std::uint32_t recovery = 0;                        // Measurements.
};

struct WatchdogFigures {
  base::Decimal drawdown;
  std::optional<base::Decimal> week_loss;
};

class Watchdog {
 public:
  // `kept` is the factor that an earlier run left.
  Watchdog(const WatchdogLimits& limits, std::optional<base::Decimal> kept);

  // Whether a measurement is due.
  [[nodiscard]] bool IsDue(base::UnixNanos now) const;
  // Answers whether the level changed.
  bool See(const WatchdogFigures& figures, base::UnixNanos now);

  [[nodiscard]] bool is_off() const;
  [[nodiscard]] model::WatchdogLevel level() const { return level_; }
  // What of its full size an entry has now.
  [[nodiscard]] base::Decimal factor() const { return FactorOf(level_); }
  [[nodiscard]] model::WatchdogView View() const;

 private:
  [[nodiscard]] base::Decimal FactorOf(model::WatchdogLevel level) const;
  [[nodiscard]] model::WatchdogLevel Wanted(const WatchdogFigures& figures) const;

  WatchdogLimits limits_;
  model::WatchdogLevel level_ = model::WatchdogLevel::kFull;
  std::uint32_t good_ = 0;  // Measurements in a row that allow a better level.
  std::optional<base::UnixNanos> seen_at_;
  std::optional<WatchdogFigures> last_;
};

}  // namespace bulwark::breakers

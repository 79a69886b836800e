// What the outside sees of the engine at one moment: figures, marks and candles.
//
// Shape:   sized once for the instruments of the run; refilled in place. A figure that is not known
//          (a held instrument without a price) is empty and never guessed.
// Units:   cash and equity in quote units; each pnl is a fraction of its anchor.
// Threads: a value; the engine fills it, the publisher reads its own copy.
// Source:  contract sections 1.2.4 to 1.2.8

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "model/action.h"
#include "model/breaker.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/watchdog.h"

namespace bulwark::model {

struct MarkView {
  std::optional<base::Decimal> price;
  base::UnixNanos event_at;
  base::UnixNanos received_at;
};

struct Telemetry {
  static constexpr std::size_t kCandlesMax = 50;

  explicit Telemetry(std::size_t instruments) : marks(instruments), candles(instruments) {
    for (auto& series : candles) {
      series.reserve(kCandlesMax);
    }
  }

  RunState run_state = RunState::kStarting;
  base::Decimal cash;
  std::optional<base::Decimal> equity;
  std::optional<base::Decimal> pnl_daily;
  std::optional<base::Decimal> pnl_weekly;     // Since the week's Monday.
  std::optional<base::Decimal> pnl_inception;  // Since the account began.
  std::int32_t last_instrument = -1;           // Of the last market event; -1 before the first.
  std::vector<MarkView> marks;
  std::vector<std::vector<Bar>> candles;  // Oldest first, at most kCandlesMax each.
  std::uint64_t events = 0;               // Processed since start; the heartbeat is its progress.
  std::uint64_t ticks = 0;
  std::uint64_t denials = 0;
  std::uint64_t duplicate_fills = 0;
  BreakerViews breakers;
  WatchdogView watchdog;
  std::optional<base::Decimal> drawdown_pct;    // Below the highest equity.
  std::optional<std::int32_t> day_trades_used;  // Empty when none are counted.
  base::UnixNanos at;
};

}  // namespace bulwark::model

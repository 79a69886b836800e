// Tells when a session has lost so much of its highest equity that everything must stop.
//
// Shape:   a session lasts from one HALT to the next, over restarts: who starts the program again
//          begins no new one. See() measures once a second; three of the last five measurements
//          must be at the limit or beyond. A limit of zero turns it off.
// Units:   equity in quote units, limit and drawdown in percent of the session's highest equity.
// Errors:  none.
// Threads: the engine thread only. Pure: no clock, I/O or allocation.
// Source:  docs/risk.md#session-drawdown, contract section 3.3 step 5

#pragma once

#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "base/time.h"
#include "breakers/equity_peak.h"

namespace bulwark::breakers {

class SessionDrawdown {
 public:
  SessionDrawdown(base::Decimal limit_percent, std::optional<base::Decimal> kept_peak)
      : limit_(limit_percent), peak_(kept_peak) {}

  // Answers whether everything must stop now.
  bool See(base::Decimal equity, base::UnixNanos now);
  // The next equity begins another session.
  void End();

  [[nodiscard]] bool is_off() const { return limit_.is_zero(); }
  [[nodiscard]] base::Decimal limit() const { return limit_; }
  [[nodiscard]] std::optional<base::Decimal> peak() const { return peak_.value(); }
  // Empty before the first measurement of the session in this run.
  [[nodiscard]] std::optional<base::Decimal> drawdown() const { return drawdown_; }

 private:
  base::Decimal limit_;
  EquityPeak peak_;
  std::optional<base::Decimal> drawdown_;
  std::uint32_t bits_ = 0;  // Of the last measurements: whether they were bad.
  std::optional<base::UnixNanos> seen_at_;
};

}  // namespace bulwark::breakers

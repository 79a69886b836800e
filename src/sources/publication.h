// When facts that are published on a schedule became known.
//
// Shape:   FINRA publishes short interest on the 7th business day after its settlement day, in the
//          evening; business days are taken to be sessions.
// Threads: pure.
// Source:  docs/data.md#finra

#pragma once

#include <chrono>

#include "base/time.h"
#include "calendar/exchange_calendar.h"

namespace bulwark::sources {

// The end of the day of publication in New York, so that no backtest knows it an hour early.
inline base::UnixNanos ShortInterestKnownAt(const calendar::ExchangeCalendar& calendar,
                                            std::chrono::sys_days settled) {
  constexpr int kSessionsToPublication = 7;
  std::chrono::sys_days day = settled;
  for (int session = 0; session < kSessionsToPublication; ++session) {
    day = calendar.NextSession(day);
  }
  return day + std::chrono::days{1} + std::chrono::hours{5};
}

}  // namespace bulwark::sources

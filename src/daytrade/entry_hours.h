// When US shares may be entered: in the regular hours of a session, without its first and last
// minutes.
//
// Shape:   the hours are the calendar's, with holidays, half days, daylight saving and overrides.
//          Exits have no hours.
// Threads: any; pure.
// Source:  docs/day-trades.md#hours, regulation section 8

#pragma once

#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "daytrade/policy.h"

namespace bulwark::daytrade {

[[nodiscard]] bool IsEntryTime(const Policy& policy, const calendar::ExchangeCalendar& calendar,
                               base::UnixNanos now);
// In regular hours, when what is bought would be held over night.
[[nodiscard]] bool IsNearClose(const Policy& policy, const calendar::ExchangeCalendar& calendar,
                               base::UnixNanos now);

}  // namespace bulwark::daytrade

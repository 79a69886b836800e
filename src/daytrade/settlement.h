// On which days money and shares change hands, and when a deadline of so many business days ends.
//
// Shape:   a settlement day is a session on which banks are open; trades settle on the next one. On
//          Columbus and Veterans Day exchanges are open and banks are not.
// Errors:  none.
// Threads: any. Nothing allocates.
// Source:  docs/day-trades.md#settlement

#pragma once

#include <cstdint>

#include "calendar/exchange_calendar.h"
#include "daytrade/policy.h"

namespace bulwark::daytrade {

// A holiday of the Federal Reserve; weekends are none.
bool IsBankHoliday(Date date);
bool IsSettlementDay(const calendar::ExchangeCalendar& calendar, Date date);
// When a trade of that trade date settles.
Date SettlementDate(const calendar::ExchangeCalendar& calendar, Date trade_date);
// `days` business days after: the earlier of sessions counted and bank days counted.
Date Deadline(const calendar::ExchangeCalendar& calendar, Date from, std::int32_t days);

}  // namespace bulwark::daytrade

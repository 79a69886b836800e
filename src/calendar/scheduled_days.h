// The days of NYSE and Nasdaq as their rules make them: weekends, holidays, half days, and the
// closures of the past that no rule knew.
//
// Shape:   rules since 1990. Holidays: New Year (none when it falls on a Saturday), Martin Luther
//          King (since 1998), Washington, Good Friday, Memorial, Juneteenth (since 2022),
//          Independence, Labor, Thanksgiving, Christmas; a fixed date on a Saturday moves to
//          Friday, on a Sunday to Monday. Half days: the day before Independence Day (since 2013 on
//          Monday to Thursday, from 1995 to 2012 not on a Wednesday, but then the Friday after),
//          the Friday after Thanksgiving (since 1992), December 24 on Monday to Thursday, and four
//          single ones of the past. Columbus and Veterans Day are sessions.
// Errors:  none. Dates before 1990 get the rules of 1990, dates of the future the rules of today.
// Threads: any. Nothing here allocates.
// Source:  NYSE Rule 7.2; the exchange's yearly releases to 2028; docs/calendar.md#rules

#pragma once

#include <chrono>

#include "calendar/day.h"

namespace bulwark::calendar {

// The last year whose days the exchanges have published; later ones are what the rules give.
inline constexpr std::chrono::year kPublishedThrough{2028};

Day ScheduledDay(Date date);

// The Sunday of Easter in the Gregorian calendar. Requires: a year after 1582.
Date EasterSunday(std::chrono::year year);

}  // namespace bulwark::calendar

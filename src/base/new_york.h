// The date in New York, by which the exchanges there and the rules on day trades count.
//
// Shape:   standard time is five hours behind UTC, daylight time four: from the second Sunday of
//          March to the first Sunday of November, both at two in the morning, as the law has it
//          since 2007. Holidays and trading hours are not looked at.
// Threads: any.

#pragma once

#include <chrono>

#include "base/time.h"

namespace bulwark::base {

// As the days of a calendar that knows no time zone.
std::chrono::sys_days NewYorkDate(UnixNanos at);

}  // namespace bulwark::base

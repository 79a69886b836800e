// The date and the time on the wall in New York, by which the exchanges there and the rules on day
// trades count.
//
// Shape:   standard time is five hours behind UTC, daylight time four. Clocks turn at two in the
//          morning: since 2007 on the second Sunday of March and the first Sunday of November, from
//          1987 to 2006 on the first Sunday of April and the last of October. Earlier years are
//          counted by the rule of 1987. Holidays and trading hours are src/calendar's.
// Units:   local times are nanoseconds since 1970-01-01 00:00 on that wall.
// Errors:  none.
// Threads: any. Nothing here allocates.
// Source:  15 U.S.C. 260a, as amended in 1986 and 2005

#pragma once

#include <chrono>
#include <cstdint>

#include "base/time.h"

namespace bulwark::base {

using LocalNanos = std::chrono::local_time<Nanos>;

// As the days of a calendar that knows no time zone.
std::chrono::sys_days NewYorkDate(UnixNanos at);

// What a clock on a wall in New York shows at that moment.
LocalNanos NewYorkTime(UnixNanos at);

// How often a clock on a wall in New York shows a time.
enum class WallCount : std::uint8_t {
  kOnce,
  kNever,  // Skipped in March.
  kTwice,  // Repeated in November.
};

// When a clock in New York shows a time: the first moment, or where the time is skipped, the
// moment of the turn, which is the first one after the gap.
struct WallMoment {
  UnixNanos at;
  WallCount count = WallCount::kOnce;

  bool operator==(const WallMoment&) const = default;
};

WallMoment FromNewYork(LocalNanos wall);

}  // namespace bulwark::base

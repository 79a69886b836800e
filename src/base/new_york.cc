#include "base/new_york.h"

#include <chrono>

#include "base/time.h"

namespace bulwark::base {

std::chrono::sys_days NewYorkDate(UnixNanos at) {
  using std::chrono::floor;
  using std::chrono::hours;
  using std::chrono::sys_days;
  constexpr hours kStandard{-5};
  constexpr hours kDaylight{-4};
  constexpr hours kTurnsAt{2};
  const auto year = std::chrono::year_month_day(floor<std::chrono::days>(at + kStandard)).year();
  const auto begin =
      sys_days(year / std::chrono::March / std::chrono::Sunday[2]) + kTurnsAt - kStandard;
  const auto end =
      sys_days(year / std::chrono::November / std::chrono::Sunday[1]) + kTurnsAt - kDaylight;
  const bool is_daylight = at >= begin && at < end;
  return floor<std::chrono::days>(at + (is_daylight ? kDaylight : kStandard));
}

}  // namespace bulwark::base

#include "base/new_york.h"

#include <chrono>

#include "base/time.h"

namespace bulwark::base {
namespace {

using std::chrono::floor;
using std::chrono::hours;
using std::chrono::sys_days;

constexpr hours kStandard{-5};
constexpr hours kDaylight{-4};
constexpr hours kTurnsAt{2};  // On the wall, in the time that ends.

struct Daylight {
  UnixNanos begin;
  UnixNanos end;
};

Daylight DaylightOf(std::chrono::year year) {
  constexpr std::chrono::year kPresentRule{2007};
  using std::chrono::Sunday;
  const bool is_present = year >= kPresentRule;
  const sys_days begin = is_present ? sys_days(year / std::chrono::March / Sunday[2])
                                    : sys_days(year / std::chrono::April / Sunday[1]);
  const sys_days end = is_present
                           ? sys_days(year / std::chrono::November / Sunday[1])
                           : sys_days(year / std::chrono::October / Sunday[std::chrono::last]);
  return {.begin = begin + kTurnsAt - kStandard, .end = end + kTurnsAt - kDaylight};
}

hours OffsetAt(UnixNanos at) {
  const auto year = std::chrono::year_month_day(floor<std::chrono::days>(at + kStandard)).year();
  const Daylight daylight = DaylightOf(year);
  return at >= daylight.begin && at < daylight.end ? kDaylight : kStandard;
}

}  // namespace

std::chrono::sys_days NewYorkDate(UnixNanos at) {
  return floor<std::chrono::days>(at + OffsetAt(at));
}

LocalNanos NewYorkTime(UnixNanos at) {
  return LocalNanos((at + OffsetAt(at)).time_since_epoch());
}

WallMoment FromNewYork(LocalNanos wall) {
  const UnixNanos as_daylight = UnixNanos(wall.time_since_epoch()) - kDaylight;
  const UnixNanos as_standard = UnixNanos(wall.time_since_epoch()) - kStandard;
  const bool is_daylight = OffsetAt(as_daylight) == kDaylight;
  const bool is_standard = OffsetAt(as_standard) == kStandard;
  if (is_daylight) {
    return {.at = as_daylight, .count = is_standard ? WallCount::kTwice : WallCount::kOnce};
  }
  if (is_standard) {
    return {.at = as_standard, .count = WallCount::kOnce};
  }
  const auto year = std::chrono::year_month_day(floor<std::chrono::days>(as_standard)).year();
  return {.at = DaylightOf(year).begin, .count = WallCount::kNever};
}

}  // namespace bulwark::base

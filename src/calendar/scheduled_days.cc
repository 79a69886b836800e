#include "calendar/scheduled_days.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string_view>

#include "calendar/day.h"

namespace bulwark::calendar {
namespace {

using std::chrono::April;
using std::chrono::days;
using std::chrono::December;
using std::chrono::Friday;
using std::chrono::January;
using std::chrono::July;
using std::chrono::June;
using std::chrono::last;
using std::chrono::May;
using std::chrono::Monday;
using std::chrono::November;
using std::chrono::October;
using std::chrono::Saturday;
using std::chrono::September;
using std::chrono::Sunday;
using std::chrono::Thursday;
using std::chrono::Wednesday;
using std::chrono::weekday;
using std::chrono::year;
using std::chrono::year_month_day;

struct Special {
  year_month_day date;
  std::string_view reason;
};

// No rule could know these. In the order of time.
constexpr std::array kClosures = std::to_array<Special>({
    {year(1994) / April / 27, "mourning for President Nixon"},
    {year(2001) / September / 11, "attacks of September 11"},
    {year(2001) / September / 12, "attacks of September 11"},
    {year(2001) / September / 13, "attacks of September 11"},
    {year(2001) / September / 14, "attacks of September 11"},
    {year(2004) / June / 11, "mourning for President Reagan"},
    {year(2007) / January / 2, "mourning for President Ford"},
    {year(2012) / October / 29, "Hurricane Sandy"},
    {year(2012) / October / 30, "Hurricane Sandy"},
    {year(2018) / December / 5, "mourning for President G. H. W. Bush"},
    {year(2025) / January / 9, "mourning for President Carter"},
});

constexpr std::array kHalfDays = std::to_array<Special>({
    {year(1997) / December / 26, "day after Christmas"},
    {year(1999) / December / 31, "New Year's Eve"},
    {year(2003) / December / 26, "day after Christmas"},
});

template <class Table>
std::optional<std::string_view> Find(const Table& table, year_month_day date) {
  const auto found = std::ranges::find(table, date, &Special::date);
  return found == table.end() ? std::nullopt : std::optional(found->reason);
}

// Where the exchanges keep a holiday with a fixed date.
Date Observed(Date fixed) {
  const weekday day(fixed);
  if (day == Saturday) {
    return fixed - days(1);
  }
  return day == Sunday ? fixed + days(1) : fixed;
}

// Only New Year is not moved from a Saturday: Friday would still be in the old year.
bool IsNewYear(Date date, year in) {
  const Date first = in / January / 1;
  return weekday(first) != Saturday && date == Observed(first);
}

bool IsFixed(Date date, year_month_day fixed) {
  return date == Observed(Date(fixed));
}

std::optional<std::string_view> Holiday(Date date, year in) {
  constexpr year kFirstKingDay{1998};
  constexpr year kFirstJuneteenth{2022};
  if (IsNewYear(date, in)) {
    return "New Year's Day";
  }
  if (in >= kFirstKingDay && date == Date(in / January / Monday[3])) {
    return "Martin Luther King, Jr. Day";
  }
  if (date == Date(in / std::chrono::February / Monday[3])) {
    return "Washington's Birthday";
  }
  if (date == EasterSunday(in) - days(2)) {
    return "Good Friday";
  }
  if (date == Date(in / May / Monday[last])) {
    return "Memorial Day";
  }
  if (in >= kFirstJuneteenth && IsFixed(date, in / June / 19)) {
    return "Juneteenth";
  }
  if (IsFixed(date, in / July / 4)) {
    return "Independence Day";
  }
  if (date == Date(in / September / Monday[1])) {
    return "Labor Day";
  }
  if (date == Date(in / November / Thursday[4])) {
    return "Thanksgiving Day";
  }
  return IsFixed(date, in / December / 25) ? std::optional<std::string_view>("Christmas Day")
                                           : std::nullopt;
}

bool IsMondayToThursday(weekday day) {
  return day != Friday && day != Saturday && day != Sunday;
}

// Requires: `date` is a session.
bool IsHalfForIndependence(Date date, year in) {
  constexpr year kFirst{1995};
  constexpr year kWednesdaysToo{2013};
  const weekday day(date);
  if (in < kFirst) {
    return false;
  }
  if (date == Date(in / July / 3)) {
    return IsMondayToThursday(day) && (in >= kWednesdaysToo || day != Wednesday);
  }
  return in < kWednesdaysToo && date == Date(in / July / 5) && day == Friday;
}

// Requires: `date` is a session.
std::optional<std::string_view> HalfDay(Date date, year in) {
  constexpr year kFirstBlackFriday{1992};
  if (IsHalfForIndependence(date, in)) {
    return "Independence Day is near";
  }
  if (in >= kFirstBlackFriday && date == Date(in / November / Thursday[4]) + days(1)) {
    return "day after Thanksgiving";
  }
  if (date == Date(in / December / 24) && IsMondayToThursday(weekday(date))) {
    return "Christmas Eve";
  }
  return Find(kHalfDays, year_month_day(date));
}

}  // namespace

Day ScheduledDay(Date date) {
  const weekday day(date);
  if (day == Saturday || day == Sunday) {
    return {.kind = DayKind::kClosed, .reason = "weekend"};
  }
  const year_month_day ymd(date);
  if (const auto reason = Holiday(date, ymd.year())) {
    return {.kind = DayKind::kClosed, .reason = *reason};
  }
  if (const auto reason = Find(kClosures, ymd)) {
    return {.kind = DayKind::kClosed, .reason = *reason};
  }
  if (const auto reason = HalfDay(date, ymd.year())) {
    return {.kind = DayKind::kHalf, .reason = *reason};
  }
  return {};
}

// Gauss's rule as Jones and Meeus wrote it down, with their letters where a name would not help.
Date EasterSunday(year in) {
  const int y = static_cast<int>(in);
  const int golden = y % 19;
  const int century = y / 100;
  const int b = century / 4;
  const int g = (8 * century + 13) / 25;
  const int moon = (19 * golden + century - b - g + 15) % 30;
  const int i = (y % 100) / 4;
  const int k = (y % 100) % 4;
  const int to_sunday = (32 + 2 * (century % 4) + 2 * i - moon - k) % 7;
  const int m = (golden + 11 * moon + 22 * to_sunday) / 451;
  const int days_after_march_22 = moon + to_sunday - 7 * m;
  return Date(in / std::chrono::March / 22) + days(days_after_march_22);
}

}  // namespace bulwark::calendar

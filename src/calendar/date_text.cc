#include "calendar/date_text.h"

#include <charconv>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "calendar/day.h"

namespace bulwark::calendar {
namespace {

using std::chrono::days;
using std::chrono::year_month_day;

constexpr std::size_t kDateLength = 10;

// All of `text` as a number without a sign.
template <class Number>
std::optional<Number> Whole(std::string_view text) {
  if (text.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole ? std::optional(number) : std::nullopt;
}

}  // namespace

std::string DateText(Date date) {
  const year_month_day ymd(date);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(ymd.year()),
                     static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
}

std::optional<Date> ParseDate(std::string_view text) {
  if (text.size() != kDateLength || text[4] != '-' || text[7] != '-') {
    return std::nullopt;
  }
  const auto year = Whole<int>(text.substr(0, 4));
  const auto month = Whole<unsigned>(text.substr(5, 2));
  const auto day = Whole<unsigned>(text.substr(8, 2));
  if (!year || !month || !day) {
    return std::nullopt;
  }
  const year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                            std::chrono::day(*day)};
  return date.ok() ? std::optional(Date(date)) : std::nullopt;
}

std::string IsoWeekText(Date date) {
  const Date monday = date - (std::chrono::weekday(date) - std::chrono::Monday);
  const std::chrono::year year = year_month_day(monday + days(3)).year();
  const Date first_thursday = year / std::chrono::January / std::chrono::Thursday[1];
  const auto week = (monday + days(3) - first_thursday) / days(7) + 1;
  return fmt::format("{:04}-W{:02}", static_cast<int>(year), week);
}

}  // namespace bulwark::calendar

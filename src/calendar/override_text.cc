#include "calendar/override_text.h"

#include <charconv>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/result.h"
#include "calendar/day.h"

namespace bulwark::calendar {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::size_t kDateLength = 10;

std::string_view Trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

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
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(*day)};
  return date.ok() ? std::optional(Date(date)) : std::nullopt;
}

std::optional<DayKind> ParseKind(std::string_view word) {
  if (word == "closed") {
    return DayKind::kClosed;
  }
  if (word == "half") {
    return DayKind::kHalf;
  }
  return word == "full" ? std::optional(DayKind::kFull) : std::nullopt;
}

std::optional<Override> ParseEntry(std::string_view entry) {
  const auto date = ParseDate(entry.substr(0, kDateLength));
  const std::string_view rest = entry.size() > kDateLength ? entry.substr(kDateLength) : "";
  const auto kind = ParseKind(Trim(rest));
  if (!date || !kind || kBlanks.find(rest.front()) == std::string_view::npos) {
    return std::nullopt;
  }
  return Override{.date = *date, .kind = *kind};
}

}  // namespace

base::Result<std::vector<Override>> ParseOverrides(std::string_view text) {
  std::vector<Override> overrides;
  while (!Trim(text).empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view entry = Trim(text.substr(0, comma));
    const auto parsed = ParseEntry(entry);
    if (!parsed) {
      return base::Fail(base::ErrorCode::kInvalidArgument,
                        "override \"" + std::string(entry.substr(0, 40)) +
                            "\" is not a date and one of closed, half, full");
    }
    overrides.push_back(*parsed);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return overrides;
}

}  // namespace bulwark::calendar

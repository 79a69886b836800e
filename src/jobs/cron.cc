#include "jobs/cron.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/result.h"
#include "calendar/day.h"

namespace bulwark::jobs {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::size_t kTextMax = 256;
constexpr std::size_t kFields = 5;
constexpr std::size_t kSunday = 7;  // Its other number.
constexpr int kMinutesInHour = 60;
constexpr int kHoursInDay = 24;

constexpr std::array<std::string_view, 12> kMonthNames{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kDayNames{"sun", "mon", "tue", "wed",
                                                    "thu", "fri", "sat"};

struct Field {
  std::string_view name;
  std::size_t low;
  std::size_t high;
  std::span<const std::string_view> names;  // Of `low` and up.
};

constexpr std::array kFieldTable = std::to_array<Field>({
    {.name = "minute", .low = 0, .high = 59, .names = {}},
    {.name = "hour", .low = 0, .high = 23, .names = {}},
    {.name = "day of month", .low = 1, .high = 31, .names = {}},
    {.name = "month", .low = 1, .high = 12, .names = kMonthNames},
    {.name = "day of week", .low = 0, .high = kSunday, .names = kDayNames},
});

struct Shorthand {
  std::string_view word;
  std::string_view meaning;
};

constexpr std::array kShorthands = std::to_array<Shorthand>({
    {.word = "@hourly", .meaning = "0 * * * *"},
    {.word = "@daily", .meaning = "0 0 * * *"},
    {.word = "@midnight", .meaning = "0 0 * * *"},
    {.word = "@weekly", .meaning = "0 0 * * 0"},
    {.word = "@monthly", .meaning = "0 0 1 * *"},
    {.word = "@yearly", .meaning = "0 0 1 1 *"},
    {.word = "@annually", .meaning = "0 0 1 1 *"},
});

std::vector<std::string_view> Split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find_first_of(separators);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(end + 1);
  }
}

bool IsSameWord(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  });
}

std::optional<std::size_t> ParseNumber(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() ? std::optional(number) : std::nullopt;
}

std::optional<std::size_t> ParseValue(std::string_view text, const Field& field) {
  const auto named = std::ranges::find_if(
      field.names, [&](std::string_view name) { return IsSameWord(name, text); });
  if (named != field.names.end()) {
    return field.low + static_cast<std::size_t>(named - field.names.begin());
  }
  const auto number = ParseNumber(text);
  return number && *number >= field.low && *number <= field.high ? number : std::nullopt;
}

struct Range {
  std::size_t low;
  std::size_t high;
};

// "*", "5", "5-10"; `has_step`: "5" is meant to run to the end.
std::optional<Range> ParseRange(std::string_view text, const Field& field, bool has_step) {
  if (text == "*") {
    return Range{.low = field.low, .high = field.high};
  }
  const std::size_t dash = text.find('-');
  const auto low = ParseValue(text.substr(0, dash), field);
  if (!low) {
    return std::nullopt;
  }
  if (dash == std::string_view::npos) {
    return Range{.low = *low, .high = has_step ? field.high : *low};
  }
  const auto high = ParseValue(text.substr(dash + 1), field);
  return high && *high >= *low ? std::optional(Range{.low = *low, .high = *high}) : std::nullopt;
}

// Sets the bits that one entry of a list names; false when it is wrong.
template <std::size_t Size>
bool AddEntry(std::string_view entry, const Field& field, std::bitset<Size>& bits) {
  const std::size_t slash = entry.find('/');
  const bool has_step = slash != std::string_view::npos;
  const auto range = ParseRange(entry.substr(0, slash), field, has_step);
  const auto step = has_step ? ParseNumber(entry.substr(slash + 1)) : std::optional(std::size_t{1});
  if (!range || !step || *step == 0 || *step > field.high) {
    return false;
  }
  for (std::size_t at = range->low; at <= range->high; at += *step) {
    // Only the days of the week have a number too many: 7 is 0.
    bits.set(Size == kSunday && at == kSunday ? 0 : at);
  }
  return true;
}

template <std::size_t Size>
base::Result<void> ParseField(std::string_view text, const Field& field, std::bitset<Size>& bits) {
  for (const std::string_view entry : Split(text, ",")) {
    if (!AddEntry(entry, field, bits)) {
      return base::Fail(base::ErrorCode::kInvalidArgument,
                        std::string(field.name) + " \"" + std::string(text) + "\" is not within " +
                            std::to_string(field.low) + " to " + std::to_string(field.high));
    }
  }
  return {};
}

std::vector<std::string_view> FieldsOf(std::string_view text) {
  for (const Shorthand& shorthand : kShorthands) {
    if (IsSameWord(text, shorthand.word)) {
      text = shorthand.meaning;
    }
  }
  std::vector<std::string_view> fields = Split(text, kBlanks);
  std::erase(fields, "");
  return fields;
}

template <std::size_t Size>
std::optional<std::size_t> FirstFrom(const std::bitset<Size>& bits, std::size_t from) {
  for (std::size_t at = from; at < Size; ++at) {
    if (bits.test(at)) {
      return at;
    }
  }
  return std::nullopt;
}

}  // namespace

bool Cron::MatchesDate(calendar::Date date) const {
  const std::chrono::year_month_day ymd(date);
  if (!months.test(static_cast<unsigned>(ymd.month()))) {
    return false;
  }
  const bool is_day = days_of_month.test(static_cast<unsigned>(ymd.day()));
  const bool is_weekday = days_of_week.test(std::chrono::weekday(date).c_encoding());
  const bool is_either = !is_day_of_month_open && !is_day_of_week_open;
  return is_either ? is_day || is_weekday : is_day && is_weekday;
}

std::optional<std::chrono::minutes> Cron::NextMinute(std::chrono::minutes from) const {
  const auto hour = static_cast<std::size_t>(from.count() / kMinutesInHour);
  const auto minute = static_cast<std::size_t>(from.count() % kMinutesInHour);
  if (hour >= kHoursInDay) {
    return std::nullopt;
  }
  if (hours.test(hour)) {
    if (const auto found = FirstFrom(minutes, minute)) {
      return std::chrono::hours(hour) + std::chrono::minutes(*found);
    }
  }
  const auto next_hour = FirstFrom(hours, hour + 1);
  const auto first = FirstFrom(minutes, 0);
  if (!next_hour || !first) {
    return std::nullopt;
  }
  return std::chrono::hours(*next_hour) + std::chrono::minutes(*first);
}

base::Result<Cron> ParseCron(std::string_view text) {
  const auto fields = text.size() > kTextMax ? std::vector<std::string_view>() : FieldsOf(text);
  if (fields.size() != kFields) {
    return base::Fail(
        base::ErrorCode::kInvalidArgument,
        "\"" + std::string(text.substr(0, kTextMax)) + "\" is not the five fields of a cron line");
  }
  Cron cron;
  auto parsed = ParseField(fields[0], kFieldTable[0], cron.minutes);
  if (parsed) {
    parsed = ParseField(fields[1], kFieldTable[1], cron.hours);
  }
  if (parsed) {
    parsed = ParseField(fields[2], kFieldTable[2], cron.days_of_month);
  }
  if (parsed) {
    parsed = ParseField(fields[3], kFieldTable[3], cron.months);
  }
  if (parsed) {
    parsed = ParseField(fields[4], kFieldTable[4], cron.days_of_week);
  }
  if (!parsed) {
    return base::FailWith("\"" + std::string(text) + "\"", parsed.error());
  }
  cron.is_day_of_month_open = fields[2].starts_with('*');
  cron.is_day_of_week_open = fields[4].starts_with('*');
  return cron;
}

}  // namespace bulwark::jobs

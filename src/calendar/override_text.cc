#include "calendar/override_text.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "calendar/date_text.h"
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

#include "limiter/limits.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace bulwark::limiter {
namespace {

constexpr std::uint32_t kPercent = 100;
constexpr std::uint32_t kReserveMax = 90;
constexpr std::uint32_t kShareMax = 90;
constexpr base::Nanos kSpanMin = std::chrono::milliseconds{10};
constexpr base::Nanos kSpanMax = std::chrono::hours{24 * 31};

struct Unit {
  std::string_view name;
  base::Nanos span;
};
constexpr std::array<Unit, 5> kUnits = {{
    {.name = "day", .span = std::chrono::hours{24}},
    {.name = "h", .span = std::chrono::hours{1}},
    {.name = "min", .span = std::chrono::minutes{1}},
    {.name = "s", .span = std::chrono::seconds{1}},
    {.name = "ms", .span = std::chrono::milliseconds{1}},
}};

tl::unexpected<base::Error> Wrong(std::string_view word, const std::string& why) {
  return base::Fail(base::ErrorCode::kInvalidArgument,
                    "limits '" + std::string(word.substr(0, 80)) + "': " + why);
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') {
    text.remove_prefix(1);
  }
  while (!text.empty() && text.back() == ' ') {
    text.remove_suffix(1);
  }
  return text;
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.push_back(Trimmed(text.substr(0, at)));
    if (at == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(at + 1);
  }
}

std::optional<std::uint32_t> Whole(std::string_view text) {
  std::uint32_t number = 0;
  const std::span<const char> digits(text);
  const char* const end = std::to_address(digits.end());
  const auto [stop, failure] = std::from_chars(std::to_address(digits.begin()), end, number);
  return failure == std::errc{} && stop == end && !text.empty() ? std::optional(number)
                                                                : std::nullopt;
}

// "min", "10s", "day".
std::optional<base::Nanos> ParseSpan(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::optional<std::uint32_t> count =
      digits == 0 ? std::optional(1U) : Whole(text.substr(0, digits));
  const auto* const unit = std::ranges::find(kUnits, text.substr(digits), &Unit::name);
  if (!count || unit == kUnits.end() || *count > kSpanMax / unit->span) {
    return std::nullopt;
  }
  const base::Nanos span = unit->span * *count;
  return span >= kSpanMin ? std::optional(span) : std::nullopt;
}

base::Result<Window> ParseWindow(std::string_view text) {
  const auto parts = Split(text, '/');
  const auto units = Whole(parts.front());
  if (parts.size() != 2 || !units || *units == 0 || *units > Limits::kUnitsMax) {
    return Wrong(text, "a window is 1 to " + std::to_string(Limits::kUnitsMax) + "/span");
  }
  const auto span = ParseSpan(parts.back());
  if (!span) {
    return Wrong(text,
                 "a span is ms, s, min, h or day, with a number before it or not, of 10 ms "
                 "to 31 days");
  }
  return Window{.units = *units, .span = *span};
}

base::Result<void> ParseReserve(std::string_view text, Limits& limits) {
  const auto parts = Split(text, ',');
  std::uint32_t sum = 0;
  bool is_good = parts.size() == limits.reserve_percent.size();
  for (std::size_t at = 0; is_good && at < parts.size(); ++at) {
    const auto percent = Whole(parts[at]);
    is_good = percent && *percent <= kReserveMax;
    limits.reserve_percent.at(at) = percent.value_or(0);
    sum += percent.value_or(0);
  }
  if (!is_good || sum > kReserveMax) {
    return Wrong(text, "reserve is cancel,exit,entry in percent, together at most 90");
  }
  return {};
}

base::Result<void> ParseOption(std::string_view text, Limits& limits) {
  const std::size_t at = text.find('=');
  const std::string_view name = Trimmed(text.substr(0, at));
  const std::string_view value =
      at == std::string_view::npos ? std::string_view() : Trimmed(text.substr(at + 1));
  if (name == "reserve") {
    return ParseReserve(value, limits);
  }
  const auto number = Whole(value);
  if (name == "slots" && number && *number >= 1 && *number <= Limits::kSlotsMax) {
    limits.slots = *number;
    return {};
  }
  if (name == "share" && number && *number <= kShareMax) {
    limits.share_percent = *number;
    return {};
  }
  return Wrong(text, "options are slots=1..64, share=0..90 and reserve=cancel,exit,entry");
}

std::string SpanText(base::Nanos span) {
  const auto* const unit = std::ranges::find_if(
      kUnits, [&](const Unit& each) { return span % each.span == base::Nanos::zero(); });
  if (unit == kUnits.end()) {
    return std::to_string(span.count()) + "ns";  // No parsed window has such a span.
  }
  const auto count = span / unit->span;
  return (count == 1 ? "" : std::to_string(count)) + std::string(unit->name);
}

std::uint32_t PercentOf(std::uint32_t units, std::uint32_t percent) {
  return units * percent / kPercent;
}

}  // namespace

std::string_view Name(Priority priority) {
  static constexpr std::array<std::string_view, kPriorities> kNames = {"cancel", "exit", "entry",
                                                                       "data"};
  return kNames.at(static_cast<std::size_t>(priority));
}

std::uint32_t Limits::LocalUnits(const Window& window) const {
  return PercentOf(window.units, share_percent) / slots;
}

std::uint32_t Limits::SharedUnits(const Window& window) const {
  return window.units - LocalUnits(window) * slots;
}

std::uint32_t Limits::UnitsFor(const Window& window, Priority priority) const {
  const std::uint32_t shared = SharedUnits(window);
  std::uint32_t left = shared;
  for (const std::uint32_t percent :
       std::span(reserve_percent).first(static_cast<std::size_t>(priority))) {
    left -= PercentOf(shared, percent);
  }
  return left;
}

base::Result<Limits> ParseLimits(std::string_view text) {
  const auto sections = Split(text, ';');
  Limits limits;
  for (const std::string_view part : Split(sections.front(), ',')) {
    const auto window = ParseWindow(part);
    if (!window) {
      return tl::unexpected(window.error());
    }
    limits.windows.push_back(*window);
  }
  if (limits.windows.size() > Limits::kWindowsMax) {
    return Wrong(text, "more than 6 windows");
  }
  for (const std::string_view option : std::span(sections).subspan(1)) {
    if (auto parsed = ParseOption(option, limits); !parsed) {
      return tl::unexpected(parsed.error());
    }
  }
  return limits;
}

std::string FormatLimits(const Limits& limits) {
  const Limits defaults;
  std::string text;
  for (const Window& window : limits.windows) {
    text += (text.empty() ? "" : ",") + std::to_string(window.units) + "/" + SpanText(window.span);
  }
  if (limits.slots != defaults.slots) {
    text += "; slots=" + std::to_string(limits.slots);
  }
  if (limits.share_percent != defaults.share_percent) {
    text += "; share=" + std::to_string(limits.share_percent);
  }
  if (limits.reserve_percent != defaults.reserve_percent) {
    text += "; reserve=";
    for (const std::uint32_t percent : limits.reserve_percent) {
      text += (text.back() == '=' ? "" : ",") + std::to_string(percent);
    }
  }
  return text;
}

}  // namespace bulwark::limiter

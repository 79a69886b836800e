#include "base/iso_time.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/time.h"

namespace bulwark::base {
namespace {

// Takes `count` digits and then `next` (0 for none) from the front of `text`.
std::optional<std::int64_t> TakeNumber(std::string_view& text, std::size_t count, char next) {
  if (text.size() < count + (next == 0 ? 0U : 1U)) {
    return std::nullopt;
  }
  std::int64_t value = 0;
  for (std::size_t at = 0; at < count; ++at) {
    if (text[at] < '0' || text[at] > '9') {
      return std::nullopt;
    }
    value = value * 10 + (text[at] - '0');
  }
  if (next != 0 && text[count] != next) {
    return std::nullopt;
  }
  text.remove_prefix(count + (next == 0 ? 0U : 1U));
  return value;
}

std::optional<std::int64_t> TakeFraction(std::string_view& text) {
  if (text.empty() || text.front() != '.') {
    return 0;
  }
  text.remove_prefix(1);
  std::int64_t nanos = 0;
  std::size_t digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (++digits > 9) {
      return std::nullopt;
    }
    nanos = nanos * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  if (digits == 0) {
    return std::nullopt;
  }
  for (; digits < 9; ++digits) {
    nanos *= 10;
  }
  return nanos;
}

std::optional<std::chrono::minutes> TakeOffset(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") {
    return std::chrono::minutes{0};
  }
  const char sign = text.front();
  if (sign != '+' && sign != '-') {
    return std::nullopt;
  }
  text.remove_prefix(1);
  const auto hours = TakeNumber(text, 2, ':');
  const auto minutes = hours ? TakeNumber(text, 2, 0) : std::nullopt;
  if (!minutes || !text.empty() || *hours > 23 || *minutes > 59) {
    return std::nullopt;
  }
  const std::chrono::minutes offset{*hours * 60 + *minutes};
  return sign == '-' ? -offset : offset;
}

}  // namespace

std::string FormatIso(UnixNanos at, IsoSuffix suffix) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss<Nanos> time{at - day};
  std::string text;
  text.reserve(32);
  fmt::format_to(std::back_inserter(text), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
                 static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                 static_cast<unsigned>(date.day()), time.hours().count(), time.minutes().count(),
                 time.seconds().count());
  const std::int64_t micros = time.subseconds().count() / 1000;
  if (micros != 0) {
    fmt::format_to(std::back_inserter(text), ".{:06}", micros);
  }
  text += suffix == IsoSuffix::kZulu ? "Z" : "+00:00";
  return text;
}

std::optional<UnixNanos> ParseIso(std::string_view text) {
  const auto year = TakeNumber(text, 4, '-');
  const auto month = year ? TakeNumber(text, 2, '-') : std::nullopt;
  const auto day = month ? TakeNumber(text, 2, 0) : std::nullopt;
  if (!day || text.empty() || (text.front() != 'T' && text.front() != ' ')) {
    return std::nullopt;
  }
  text.remove_prefix(1);
  const auto hour = TakeNumber(text, 2, ':');
  const auto minute = hour ? TakeNumber(text, 2, ':') : std::nullopt;
  const auto second = minute ? TakeNumber(text, 2, 0) : std::nullopt;
  const auto nanos = second ? TakeFraction(text) : std::nullopt;
  const auto offset = nanos ? TakeOffset(text) : std::nullopt;
  if (!offset || *hour > 23 || *minute > 59 || *second > 59) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *year < 1970 || *year > 2200) {
    return std::nullopt;
  }
  return UnixNanos{std::chrono::sys_days{date}} + std::chrono::hours{*hour} +
         std::chrono::minutes{*minute} + std::chrono::seconds{*second} + Nanos{*nanos} - *offset;
}

std::string FormatDate(UnixNanos at) {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(at)};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace bulwark::base

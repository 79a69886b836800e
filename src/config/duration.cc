#include "config/duration.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <tl/expected.hpp>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"

namespace bulwark::config {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t nanos;
};

// Largest first: FormatDuration() takes the first that divides.
constexpr std::array<Unit, 7> kUnits{{{"d", 86'400'000'000'000},
                                      {"h", 3'600'000'000'000},
                                      {"m", 60'000'000'000},
                                      {"s", 1'000'000'000},
                                      {"ms", 1'000'000},
                                      {"us", 1'000},
                                      {"ns", 1}}};

tl::unexpected<base::Error> NotADuration(std::string_view text, std::string_view why) {
  return base::Fail(base::ErrorCode::kInvalidArgument,
                    "'" + std::string(text.substr(0, 40)) + "' " + std::string(why));
}

// In steps of 1e-8. Whole numbers may be larger than a Decimal: spans are printed in small units
// when nothing larger divides them.
std::optional<base::Int128> ParseScaled(std::string_view text) {
  std::int64_t whole = 0;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto [stopped, error] = std::from_chars(begin, end, whole);
  if (error == std::errc() && stopped == end) {
    return static_cast<base::Int128>(whole) * base::Decimal::kScale;
  }
  const auto number = base::Decimal::Parse(text);
  return number ? std::optional<base::Int128>(number->raw()) : std::nullopt;
}

}  // namespace

base::Result<base::Nanos> ParseDuration(std::string_view text) {
  if (text == "0") {
    return base::Nanos::zero();
  }
  const std::size_t digits_end = text.find_last_of("0123456789.");
  if (digits_end == std::string_view::npos) {
    return NotADuration(text, "is not a duration");
  }
  const auto number = ParseScaled(text.substr(0, digits_end + 1));
  if (!number) {
    return NotADuration(text, "is not a duration");
  }
  const std::string_view name = text.substr(digits_end + 1);
  if (name.empty()) {
    return NotADuration(text, "has no unit");
  }
  for (const Unit& unit : kUnits) {
    if (unit.name != name) {
      continue;
    }
    const base::Int128 scaled = *number * unit.nanos;
    if (scaled % base::Decimal::kScale != 0) {
      return NotADuration(text, "is finer than one nanosecond");
    }
    const base::Int128 nanos = scaled / base::Decimal::kScale;
    // The most negative value is left out, so that negation is always possible.
    if (nanos > std::numeric_limits<std::int64_t>::max() ||
        nanos < -std::numeric_limits<std::int64_t>::max()) {
      return NotADuration(text, "is too long");
    }
    return base::Nanos{static_cast<std::int64_t>(nanos)};
  }
  return NotADuration(text, "has the unknown unit '" + std::string(name.substr(0, 20)) + "'");
}

std::string FormatDuration(base::Nanos span) {
  if (span == base::Nanos::zero()) {
    return "0s";
  }
  for (const Unit& unit : kUnits) {
    if (span.count() % unit.nanos == 0) {
      return std::to_string(span.count() / unit.nanos) + std::string(unit.name);
    }
  }
  return {};  // Not reached: one nanosecond divides everything.
}

}  // namespace bulwark::config

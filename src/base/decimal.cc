#include "base/decimal.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/ensure.h"
#include "base/result.h"

namespace bulwark::base {
namespace {

// Both magnitudes are below 2^126, so the arithmetic here cannot overflow.
Int128 DivideRounded(Int128 numerator, Int128 denominator, Rounding rounding) {
  const Int128 quotient = numerator / denominator;
  // Not `%`: that would divide a second time, which is most of what a product costs.
  const Int128 remainder = numerator - quotient * denominator;
  if (remainder == 0) {
    return quotient;
  }
  const bool is_negative = (remainder < 0) != (denominator < 0);
  const Int128 away = is_negative ? -1 : 1;
  switch (rounding) {
    case Rounding::kDown:
      return quotient;
    case Rounding::kFloor:
      return is_negative ? quotient - 1 : quotient;
    case Rounding::kCeiling:
      return is_negative ? quotient : quotient + 1;
    case Rounding::kHalfEven:
      break;
  }
  const Int128 twice = (remainder < 0 ? -remainder : remainder) * 2;
  const Int128 magnitude = denominator < 0 ? -denominator : denominator;
  if (twice > magnitude || (twice == magnitude && quotient % 2 != 0)) {
    return quotient + away;
  }
  return quotient;
}

std::optional<Decimal> Narrow(Int128 raw) {
  // The most negative int64 is left out, so that negation is always possible.
  if (raw > std::numeric_limits<std::int64_t>::max() ||
      raw < -std::numeric_limits<std::int64_t>::max()) {
    return std::nullopt;
  }
  return Decimal::FromRaw(static_cast<std::int64_t>(raw));
}

Decimal Require(std::optional<Decimal> value) {
  ENSURE(value.has_value());
  return *value;
}

tl::unexpected<Error> Refuse(std::string_view text, std::string_view why) {
  return Fail(ErrorCode::kInvalidArgument,
              "'" + std::string(text.substr(0, 40)) + "' " + std::string(why));
}

constexpr std::string_view kNoNumber = "is not a decimal number";
constexpr std::string_view kTooLarge = "is out of range";

// What was read so far of a number, its sign apart.
struct Digits {
  Int128 raw = 0;  // As if there were no point.
  std::size_t count = 0;
  std::size_t fraction = 0;
  bool has_point = false;
};

// Reads one more character; says what is wrong with it, empty when nothing.
std::string_view Take(char c, Digits& digits) {
  if (c == '.' && !digits.has_point) {
    digits.has_point = true;
    return {};
  }
  if (c < '0' || c > '9') {
    return kNoNumber;
  }
  ++digits.count;
  if (digits.has_point && digits.fraction == Decimal::kDigits) {
    return c == '0' ? "" : "has more than 8 decimal places";
  }
  digits.fraction += digits.has_point ? 1 : 0;
  digits.raw = digits.raw * 10 + (c - '0');
  return digits.raw > std::numeric_limits<std::int64_t>::max() ? kTooLarge : "";
}

}  // namespace

Result<Decimal> Decimal::Parse(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  const bool has_sign = is_negative || text.starts_with('+');
  Digits digits;
  for (const char c : text.substr(has_sign ? 1 : 0)) {
    if (const std::string_view wrong = Take(c, digits); !wrong.empty()) {
      return Refuse(text, wrong);
    }
  }
  if (digits.count == 0) {
    return Refuse(text, kNoNumber);
  }
  for (; digits.fraction < kDigits; ++digits.fraction) {
    digits.raw *= 10;
  }
  const std::optional<Decimal> value = Narrow(is_negative ? -digits.raw : digits.raw);
  if (!value) {
    return Refuse(text, kTooLarge);
  }
  return *value;
}

std::optional<Decimal> Decimal::FromDouble(double value) {
  const double scaled = value * static_cast<double>(kScale);
  // 2^63 as a double; the comparison is false for NaN.
  if (!(std::fabs(scaled) < 9.2233720368547758e18)) {
    return std::nullopt;
  }
  return FromRaw(std::llrint(scaled));
}

char* Decimal::Format(char* out) const {
  const std::uint64_t magnitude =
      raw_ < 0 ? 0 - static_cast<std::uint64_t>(raw_) : static_cast<std::uint64_t>(raw_);
  if (raw_ < 0) {
    *out++ = '-';
  }
  std::uint64_t whole = magnitude / static_cast<std::uint64_t>(kScale);
  std::uint64_t fraction = magnitude % static_cast<std::uint64_t>(kScale);
  std::array<char, kTextMax> reversed{};
  std::size_t length = 0;
  do {
    reversed[length++] = static_cast<char>('0' + whole % 10);
    whole /= 10;
  } while (whole != 0);
  while (length > 0) {
    *out++ = reversed[--length];
  }
  if (fraction == 0) {
    return out;
  }
  *out++ = '.';
  // All digits from the last to the first, then without the zeros at the end: dividing by ten, a
  // constant, is far cheaper than dividing by each place.
  char* const first = out;
  for (std::size_t at = kDigits; at > 0; fraction /= 10) {
    first[--at] = static_cast<char>('0' + fraction % 10);
  }
  for (out = first + kDigits; out[-1] == '0'; --out) {
  }
  return out;
}

std::string Decimal::ToString() const {
  std::array<char, kTextMax> text{};
  return {text.data(), Format(text.data())};
}

Decimal Decimal::RoundDownTo(Decimal step) const {
  ENSURE(step.raw_ > 0);
  const std::int64_t remainder = raw_ % step.raw_;
  return FromRaw(raw_ - (remainder < 0 ? remainder + step.raw_ : remainder));
}

std::optional<Decimal> CheckedAdd(Decimal a, Decimal b) {
  return Narrow(static_cast<Int128>(a.raw()) + b.raw());
}

std::optional<Decimal> CheckedMul(Decimal a, Decimal b, Rounding rounding) {
  return Narrow(DivideRounded(static_cast<Int128>(a.raw()) * b.raw(), Decimal::kScale, rounding));
}

std::optional<Decimal> CheckedDiv(Decimal a, Decimal b, Rounding rounding) {
  if (b.is_zero()) {
    return std::nullopt;
  }
  return Narrow(DivideRounded(static_cast<Int128>(a.raw()) * Decimal::kScale, b.raw(), rounding));
}

std::optional<Decimal> CheckedMulDiv(Decimal a, Decimal b, Decimal c, Rounding rounding) {
  if (c.is_zero()) {
    return std::nullopt;
  }
  return Narrow(DivideRounded(static_cast<Int128>(a.raw()) * b.raw(), c.raw(), rounding));
}

Decimal Mul(Decimal a, Decimal b, Rounding rounding) {
  return Require(CheckedMul(a, b, rounding));
}

Decimal Div(Decimal a, Decimal b, Rounding rounding) {
  return Require(CheckedDiv(a, b, rounding));
}

Decimal MulDiv(Decimal a, Decimal b, Decimal c, Rounding rounding) {
  return Require(CheckedMulDiv(a, b, c, rounding));
}

}  // namespace bulwark::base

// An exact decimal number for prices, quantities and money.
//
// Shape:   an int64 count of 1e-8 steps. Range about +-92.2 billion.
// Units:   whatever the name of the variable says; the scale is always 1e-8.
// Errors:  the Checked* functions answer std::nullopt on overflow; the plain operators are for
//          values whose range the caller has checked, and stop the process (ENSURE) instead of
//          wrapping. Parse() refuses anything but digits with one optional sign and point: no
//          exponent, no NaN.
// Threads: a value. Nothing allocates except ToString().
// Source:  docs/decisions.md#money-is-exact-decimals

#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/ensure.h"
#include "base/result.h"

namespace bulwark::base {

__extension__ using Int128 = __int128;

enum class Rounding : std::uint8_t {
  kDown,      // Toward zero.
  kFloor,     // Toward minus infinity.
  kCeiling,   // Toward plus infinity.
  kHalfEven,  // To the nearest step, ties to even.
};

class Decimal {
 public:
  static constexpr std::int64_t kScale = 100'000'000;
  static constexpr std::size_t kDigits = 8;
  // Longest text of Format(): sign, 11 integer digits, point, 8 digits.
  static constexpr std::size_t kTextMax = 24;

  constexpr Decimal() = default;

  static constexpr Decimal FromRaw(std::int64_t raw) {
    Decimal value;
    value.raw_ = raw;
    return value;
  }
  // Requires: |whole| <= 92'233'720'368.
  static constexpr Decimal FromInt(std::int64_t whole) { return FromRaw(whole * kScale); }
  static constexpr Decimal Max() { return FromRaw(std::numeric_limits<std::int64_t>::max()); }

  // Reads "-12.5", "100000", "0.00000001". More than 8 fraction digits are accepted only if the
  // rest are 0.
  static Result<Decimal> Parse(std::string_view text);
  // The nearest step to a finite double; empty when it is NaN, infinite or out of range.
  static std::optional<Decimal> FromDouble(double value);

  [[nodiscard]] constexpr std::int64_t raw() const { return raw_; }
  [[nodiscard]] double ToDouble() const {
    return static_cast<double>(raw_) / static_cast<double>(kScale);
  }
  // Shortest exact text: "12.5", "100000", "-0.00000001". Writes at most kTextMax, returns the end.
  char* Format(char* out) const;
  [[nodiscard]] std::string ToString() const;

  [[nodiscard]] constexpr bool is_zero() const { return raw_ == 0; }
  [[nodiscard]] constexpr bool is_positive() const { return raw_ > 0; }
  [[nodiscard]] constexpr bool is_negative() const { return raw_ < 0; }
  [[nodiscard]] constexpr Decimal Abs() const { return raw_ < 0 ? -*this : *this; }

  // The largest multiple of `step` not above this. Requires: step > 0.
  [[nodiscard]] Decimal RoundDownTo(Decimal step) const;
  [[nodiscard]] bool IsMultipleOf(Decimal step) const {
    return step.raw_ > 0 && raw_ % step.raw_ == 0;
  }

  constexpr Decimal operator-() const {
    ENSURE(raw_ != std::numeric_limits<std::int64_t>::min());
    return FromRaw(-raw_);
  }
  friend constexpr Decimal operator+(Decimal a, Decimal b) {
    std::int64_t sum = 0;
    ENSURE(!__builtin_add_overflow(a.raw_, b.raw_, &sum));
    return FromRaw(sum);
  }
  friend constexpr Decimal operator-(Decimal a, Decimal b) {
    std::int64_t difference = 0;
    ENSURE(!__builtin_sub_overflow(a.raw_, b.raw_, &difference));
    return FromRaw(difference);
  }
  constexpr Decimal& operator+=(Decimal other) { return *this = *this + other; }
  constexpr Decimal& operator-=(Decimal other) { return *this = *this - other; }

  friend constexpr auto operator<=>(Decimal, Decimal) = default;

 private:
  std::int64_t raw_ = 0;
};

// Sum, product and quotient that answer empty instead of leaving the range (or dividing by zero).
std::optional<Decimal> CheckedAdd(Decimal a, Decimal b);
std::optional<Decimal> CheckedMul(Decimal a, Decimal b, Rounding rounding);
std::optional<Decimal> CheckedDiv(Decimal a, Decimal b, Rounding rounding);
// a * b / c with one rounding at the end; exact in between. Empty when c is 0 or on overflow.
std::optional<Decimal> CheckedMulDiv(Decimal a, Decimal b, Decimal c, Rounding rounding);

// For values whose range the gate has bounded. Stops the process on overflow.
Decimal Mul(Decimal a, Decimal b, Rounding rounding);
Decimal Div(Decimal a, Decimal b, Rounding rounding);
Decimal MulDiv(Decimal a, Decimal b, Decimal c, Rounding rounding);

}  // namespace bulwark::base

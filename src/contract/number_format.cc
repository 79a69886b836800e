#include "contract/number_format.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"

namespace bulwark::contract {
namespace {

constexpr std::size_t kDoubleTextMax =
    400;  // Fixed form of the largest double and of the smallest.
constexpr std::size_t kNumberTextMax = 512;

// Below this many steps (1e-4) Python writes the scientific form.
constexpr std::int64_t kPythonFixedMin = base::Decimal::kScale / 10'000;

void AppendDouble(std::string& out, double value, std::chars_format format) {
  std::array<char, kDoubleTextMax> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, format);
  ENSURE(end.ec == std::errc());
  const std::string_view digits(text.data(), static_cast<std::size_t>(end.ptr - text.data()));
  out += digits;
  if (digits.find_first_of(".e") == std::string_view::npos) {
    out += ".0";
  }
}

char* PutTwoDigits(char* out, std::uint32_t value) {
  out[0] = static_cast<char>('0' + value / 10);
  out[1] = static_cast<char>('0' + value % 10);
  return out + 2;
}

// Two digits and what stands behind them.
char* PutTwoDigits(char* out, std::uint32_t value, char next) {
  out = PutTwoDigits(out, value);
  *out = next;
  return out + 1;
}

tl::unexpected<base::Error> NotANumber(std::string_view text) {
  return base::Fail(base::ErrorCode::kCorrupt,
                    "'" + std::string(text.substr(0, 40)) + "' is not a finite number");
}

std::string_view Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

void AppendFloat(std::string& out, base::Decimal value) {
  std::array<char, base::Decimal::kTextMax> text{};
  const std::string_view digits(text.data(),
                                static_cast<std::size_t>(value.Format(text.data()) - text.data()));
  out += digits;
  if (digits.find('.') == std::string_view::npos) {
    out += ".0";
  }
}

void AppendFloat(std::string& out, double value) {
  ENSURE(std::isfinite(value));
  const double magnitude = std::fabs(value);
  const bool is_fixed = value == 0 || (magnitude >= 1e-5 && magnitude < 1e16);
  AppendDouble(out, value, is_fixed ? std::chars_format::fixed : std::chars_format::scientific);
}

void AppendPythonFloat(std::string& out, base::Decimal value) {
  const std::int64_t raw = value.raw();
  if (raw != 0 && raw < kPythonFixedMin && raw > -kPythonFixedMin) {
    AppendPythonFloat(out, value.ToDouble());
    return;
  }
  AppendFloat(out, value);
}

void AppendPythonFloat(std::string& out, double value) {
  ENSURE(std::isfinite(value));
  const double magnitude = std::fabs(value);
  const bool is_fixed = value == 0 || (magnitude >= 1e-4 && magnitude < 1e16);
  AppendDouble(out, value, is_fixed ? std::chars_format::fixed : std::chars_format::scientific);
}

void AppendInteger(std::string& out, std::int64_t value) {
  std::array<char, 24> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  out.append(text.data(), static_cast<std::size_t>(end.ptr - text.data()));
}

void AppendTime(std::string& out, base::UnixNanos at, base::IsoSuffix suffix) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const auto micros = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(at - day).count());
  const auto second = static_cast<std::uint32_t>(micros / 1'000'000);
  const auto fraction = static_cast<std::uint32_t>(micros % 1'000'000);
  const auto year = static_cast<std::uint32_t>(static_cast<int>(date.year()));
  std::array<char, 32> text{};
  char* end = PutTwoDigits(text.data(), year / 100);
  end = PutTwoDigits(end, year % 100, '-');
  end = PutTwoDigits(end, static_cast<unsigned>(date.month()), '-');
  end = PutTwoDigits(end, static_cast<unsigned>(date.day()), 'T');
  end = PutTwoDigits(end, second / 3600, ':');
  end = PutTwoDigits(end, second / 60 % 60, ':');
  if (fraction == 0) {
    end = PutTwoDigits(end, second % 60);
  } else {
    end = PutTwoDigits(end, second % 60, '.');
    end = PutTwoDigits(end, fraction / 10'000);
    end = PutTwoDigits(end, fraction / 100 % 100);
    end = PutTwoDigits(end, fraction % 100);
  }
  out.append(text.data(), static_cast<std::size_t>(end - text.data()));
  out += suffix == base::IsoSuffix::kZulu ? "Z" : "+00:00";
}

base::Result<double> ParseFloat(std::string_view text) {
  const std::string_view digits = Trimmed(text);
  double value = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool is_whole = end.ec == std::errc() && end.ptr == digits.data() + digits.size();
  if (!is_whole || digits.empty() || !std::isfinite(value)) {
    return NotANumber(text);
  }
  return value;
}

base::Result<base::Decimal> ParseDecimal(std::string_view text) {
  const std::string_view digits = Trimmed(text);
  if (digits.size() > kNumberTextMax) {
    return NotANumber(text);
  }
  if (auto exact = base::Decimal::Parse(digits)) {
    return *exact;
  }
  const auto nearest = ParseFloat(digits);
  if (!nearest) {
    return NotANumber(text);
  }
  const std::optional<base::Decimal> value = base::Decimal::FromDouble(*nearest);
  if (!value) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      "'" + std::string(text.substr(0, 40)) + "' is out of range");
  }
  return *value;
}

}  // namespace bulwark::contract

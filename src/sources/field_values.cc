#include "sources/field_values.h"

#include <cctype>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"

namespace bulwark::sources {
namespace {

tl::unexpected<base::Error> Wrong(std::string_view name, std::string_view text,
                                  std::string_view expected) {
  return base::Fail(base::ErrorCode::kCorrupt,
                    std::string(name) + " " + Shown(text) + " is not " + std::string(expected));
}

bool IsDigit(char letter) {
  return letter >= '0' && letter <= '9';
}

// Cuts decimals after the eighth, rounding half up in magnitude; the text stays a number.
base::Result<base::Decimal> Rounded(std::string_view text) {
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos || text.size() - point - 1 <= base::Decimal::kDigits) {
    return base::Decimal::Parse(text);
  }
  const std::size_t kept = point + 1 + base::Decimal::kDigits;
  for (const char letter : text.substr(kept)) {
    if (!IsDigit(letter)) {
      return base::Fail(base::ErrorCode::kCorrupt, "not a number");
    }
  }
  auto value = base::Decimal::Parse(text.substr(0, kept));
  if (value && text[kept] >= '5') {
    const std::int64_t step = text.starts_with('-') ? -1 : 1;
    const auto rounded = base::CheckedAdd(*value, base::Decimal::FromRaw(step));
    if (rounded) {
      value = *rounded;
    }
  }
  return value;
}

}  // namespace

std::string Shown(std::string_view text) {
  constexpr std::size_t kShownMax = 40;
  std::string shown = "'";
  for (const char letter : text.substr(0, kShownMax)) {
    shown += letter >= ' ' && letter <= '~' ? letter : '?';
  }
  return shown + (text.size() > kShownMax ? "...'" : "'");
}

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string CanonicalSymbol(std::string_view text) {
  std::string symbol(Trimmed(text));
  for (char& letter : symbol) {
    letter = letter == '.' || letter == ' '
                 ? '-'
                 : static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  }
  return symbol;
}

base::Result<std::chrono::sys_days> DateOf(std::string_view name, std::string_view text) {
  std::string iso(text);
  if (text.size() == 8) {
    iso = std::string(text.substr(0, 4)) + "-" + std::string(text.substr(4, 2)) + "-" +
          std::string(text.substr(6));
  }
  const auto at = iso.size() == 10 ? base::ParseIso(iso + "T00:00:00Z") : std::nullopt;
  if (!at) {
    return Wrong(name, text, "a date");
  }
  return std::chrono::floor<std::chrono::days>(*at);
}

base::Result<base::UnixNanos> MomentOf(std::string_view name, std::string_view text) {
  const auto at = base::ParseIso(text);
  if (!at) {
    return Wrong(name, text, "an ISO 8601 time");
  }
  return *at;
}

base::Result<base::Decimal> NumberOf(std::string_view name, std::string_view text) {
  const auto value = Rounded(text);
  if (!value) {
    return Wrong(name, text, "a number");
  }
  return *value;
}

base::Result<base::Decimal> PositiveOf(std::string_view name, std::string_view text) {
  const auto value = Rounded(text);
  if (!value || !value->is_positive()) {
    return Wrong(name, text, "a positive number");
  }
  return *value;
}

base::Result<std::optional<base::Decimal>> SizeOf(std::string_view name, std::string_view text) {
  if (text.empty()) {
    return std::nullopt;
  }
  const auto value = Rounded(text);
  if (!value || value->is_negative()) {
    return Wrong(name, text, "a number from 0 on");
  }
  return *value;
}

base::Result<std::optional<std::int64_t>> CountOf(std::string_view name, std::string_view text) {
  if (text.empty()) {
    return std::nullopt;
  }
  const auto value = Rounded(text);
  if (!value || !value->IsMultipleOf(base::Decimal::FromInt(1))) {
    return Wrong(name, text, "a whole number");
  }
  return value->raw() / base::Decimal::kScale;
}

}  // namespace bulwark::sources

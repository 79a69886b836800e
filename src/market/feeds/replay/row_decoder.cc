#include "market/feeds/replay/row_decoder.h"

#include <cstddef>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/result.h"

namespace bulwark::market {
namespace {

constexpr std::size_t kShownMax = 40;
constexpr std::size_t kDecimalsMax = base::Decimal::kDigits + 1;  // With the point.

base::Result<base::Decimal> NumberOf(std::string_view name, std::string_view text) {
  base::Result<base::Decimal> value = base::Decimal::Parse(text);
  if (!value) {
    return base::Fail(base::ErrorCode::kCorrupt, std::string(name) + " " + Shown(text) +
                                                     " is not a number of at most 8 decimals");
  }
  return value;
}

}  // namespace

std::string Shown(std::string_view value) {
  std::string shown = "'";
  for (const char c : value.substr(0, kShownMax)) {
    shown += c >= ' ' && c <= '~' ? c : '?';
  }
  return shown + (value.size() > kShownMax ? "...'" : "'");
}

base::Result<base::Decimal> PriceOf(std::string_view name, std::string_view text) {
  base::Result<base::Decimal> value = NumberOf(name, text);
  if (value && !value->is_positive()) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      std::string(name) + " " + Shown(text) + " is not positive");
  }
  return value;
}

base::Result<base::Decimal> SizeOf(std::string_view name, std::string_view text) {
  const std::size_t point = text.find('.');
  const bool is_long = point != std::string_view::npos && text.size() > point + kDecimalsMax;
  base::Result<base::Decimal> value = NumberOf(
      name, is_long && text.find_first_not_of("0123456789", point + 1) == std::string_view::npos
                ? text.substr(0, point + kDecimalsMax)
                : text);
  if (value && value->is_negative()) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      std::string(name) + " " + Shown(text) + " is negative");
  }
  return value;
}

}  // namespace bulwark::market

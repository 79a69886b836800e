#include "config/setting_value.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <tl/expected.hpp>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "config/duration.h"
#include "config/setting_table.h"
#include "config/setting_text.h"
#include "config/settings.h"

namespace bulwark::config {
namespace {

tl::unexpected<base::Error> Wrong(std::string_view text, std::string_view why) {
  return base::Fail(base::ErrorCode::kInvalidArgument, Quoted(text) + " " + std::string(why));
}

base::Result<std::int64_t> ParseInt(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) {
    return Wrong(text, "is out of range");
  }
  if (error != std::errc() || end != text.data() + text.size()) {
    return Wrong(text, "is not a whole number");
  }
  return number;
}

base::Result<base::Decimal> ParsePercent(std::string_view text) {
  return base::Decimal::Parse(text.ends_with('%') ? text.substr(0, text.size() - 1) : text);
}

template <class T>
base::Result<Value> InRange(const SettingSpec& spec, std::string_view text,
                            base::Result<T> (*parse)(std::string_view)) {
  const base::Result<T> number = parse(text);
  if (!number) {
    return base::Result<Value>(tl::unexpect, number.error());
  }
  const Limits limits = SplitRange(spec.allowed);
  const T min = *parse(limits.min);
  const bool is_low = limits.is_min_open ? *number <= min : *number < min;
  if (is_low || *number > *parse(limits.max)) {
    return Wrong(text, "is out of range");
  }
  return Value(*number);
}

base::Result<Value> ParseBool(std::string_view text) {
  if (text != "true" && text != "false") {
    return Wrong(text, "is neither true nor false");
  }
  return Value(text == "true");
}

base::Result<Value> ParseSpeed(const SettingSpec& spec, std::string_view text) {
  if (text == "max") {
    return Value(Speed());
  }
  const auto number = InRange<base::Decimal>(spec, text, &base::Decimal::Parse);
  if (!number) {
    return base::Result<Value>(tl::unexpect, number.error());
  }
  return Value(Speed(std::get<base::Decimal>(*number)));
}

base::Result<Value> ParseEnum(const SettingSpec& spec, std::string_view text) {
  const auto words = SplitWords(spec.allowed, '|');
  const auto found = std::ranges::find(words, text);
  if (found == words.end()) {
    return Wrong(text, "is not one of the choices");
  }
  return Value(EnumChoice{static_cast<std::size_t>(found - words.begin())});
}

base::Result<Value> ParseAddress(std::string_view text) {
  in6_addr address{};  // Large enough for both families.
  const std::string copy(text);
  if (inet_pton(AF_INET, copy.c_str(), &address) != 1 &&
      inet_pton(AF_INET6, copy.c_str(), &address) != 1) {
    return Wrong(text, "is not a numeric IP address");
  }
  return Value(copy);
}

base::Result<Value> ParseUrl(const SettingSpec& spec, std::string_view text) {
  if (text.empty()) {
    return Value(std::string());
  }
  const auto schemes = SplitWords(spec.allowed, '|');
  const bool is_known = std::ranges::any_of(schemes, [&](std::string_view scheme) {
    const std::string start = std::string(scheme) + "://";
    return text.starts_with(start) && text.size() > start.size();
  });
  if (!is_known) {
    return Wrong(MaskUrl(text), spec.allowed.starts_with("redis") ? "is not a Redis URL"
                                                                  : "is not a PostgreSQL URL");
  }
  if (text.find(' ') != std::string_view::npos) {
    return Wrong(MaskUrl(text), "contains a blank");
  }
  return Value(std::string(text));
}

base::Result<Value> ParseList(const SettingSpec& spec, std::string_view text) {
  constexpr std::size_t kItemsMax = 64;
  const auto words = SplitWords(spec.allowed, '|');
  std::vector<std::string> items;
  for (const std::string_view item : SplitWords(text, ',')) {
    const bool is_known = spec.type == SettingType::kSymbols
                              ? IsSymbol(item)
                              : std::ranges::find(words, item) != words.end();
    if (!is_known) {
      return Wrong(text, "contains " + Quoted(item) + ", which is not allowed");
    }
    if (std::ranges::find(items, item) != items.end()) {
      return Wrong(text, "contains " + Quoted(item) + " twice");
    }
    items.emplace_back(item);
  }
  // Empty only where that is the default.
  if (items.empty() && !spec.default_text.empty()) {
    return Wrong(text, "is empty");
  }
  if (items.size() > kItemsMax) {
    return Wrong(text, fmt::format("has more than {} items", kItemsMax));
  }
  return Value(std::move(items));
}

base::Result<Value> ParseByType(const SettingSpec& spec, std::string_view text) {
  switch (spec.type) {
    case SettingType::kBool:
      return ParseBool(text);
    case SettingType::kInt:
      return InRange<std::int64_t>(spec, text, &ParseInt);
    case SettingType::kDecimal:
      return InRange<base::Decimal>(spec, text, &base::Decimal::Parse);
    case SettingType::kPercent:
      return InRange<base::Decimal>(spec, text, &ParsePercent);
    case SettingType::kDuration:
      return InRange<base::Nanos>(spec, text, &ParseDuration);
    case SettingType::kSpeed:
      return ParseSpeed(spec, text);
    case SettingType::kEnum:
      return ParseEnum(spec, text);
    case SettingType::kAddress:
      return ParseAddress(text);
    case SettingType::kUrl:
      return ParseUrl(spec, text);
    case SettingType::kSymbols:
    case SettingType::kChoices:
      return ParseList(spec, text);
    case SettingType::kInstruments:
      if (!text.empty()) {
        return Wrong(text, "cannot be read here");
      }
      return Value(std::vector<InstrumentSettings>());
    case SettingType::kText:
    case SettingType::kPath:
      break;
  }
  if (text.empty() && !spec.default_text.empty()) {
    return Wrong(text, "is empty");
  }
  return Value(std::string(text));
}

}  // namespace

bool IsSymbol(std::string_view text) {
  constexpr std::size_t kSymbolMax = 24;
  return !text.empty() && text.size() <= kSymbolMax && std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '.' || c == '-' ||
           c == '_';
  });
}

base::Result<Value> ParseValue(const SettingSpec& spec, std::string_view text) {
  const std::string shown = spec.is_secret() ? MaskUrl(text) : std::string(text.substr(0, 100));
  const bool has_control = std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  base::Result<Value> value = [&]() -> base::Result<Value> {
    if (text.size() > kValueMax) {
      return Wrong(shown, fmt::format("is longer than {} characters", kValueMax));
    }
    return has_control ? Wrong(shown, "contains a control character") : ParseByType(spec, text);
  }();
  if (!value) {
    return base::Fail(value.error().code,
                      value.error().message + "; allowed: " + DescribeAllowed(spec));
  }
  return value;
}

}  // namespace bulwark::config

#include "config/setting_text.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/time.h"
#include "config/duration.h"
#include "config/setting_table.h"
#include "config/settings.h"

namespace bulwark::config {
namespace {

std::string_view Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::string DescribeRange(std::string_view kind, const SettingSpec& spec) {
  const Limits limits = SplitRange(spec.allowed);
  if (limits.is_min_open) {
    return fmt::format("{} above {}, at most {}", kind, limits.min, limits.max);
  }
  return fmt::format("{} from {} to {}", kind, limits.min, limits.max);
}

std::string DescribeWords(std::string_view allowed, std::string_view last_joint) {
  const std::vector<std::string_view> words = SplitWords(allowed, '|');
  std::string result;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) {
      result += i + 1 == words.size() ? last_joint : std::string_view(", ");
    }
    result += words[i];
  }
  return result;
}

std::string Joined(const std::vector<std::string>& items) {
  return fmt::format("{}", fmt::join(items, ","));
}

std::string Field(std::string_view name, const std::optional<base::Decimal>& value) {
  return value ? fmt::format(" {}={}", name, value->ToString()) : "";
}

std::string Joined(const std::vector<InstrumentSettings>& instruments) {
  std::string result;
  for (const InstrumentSettings& instrument : instruments) {
    result += (result.empty() ? "" : "; ") + instrument.symbol;
    if (instrument.venue_symbol) {
      result += " venue_symbol=" + *instrument.venue_symbol;
    }
    result += Field("tick", instrument.tick) + Field("lot", instrument.lot) +
              Field("min_notional", instrument.min_notional);
    if (instrument.sector) {
      result += " sector=" + *instrument.sector;
    }
  }
  return result;
}

struct Shower {
  const SettingSpec& spec;

  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(base::Decimal value) const {
    return value.ToString() + (spec.type == SettingType::kPercent ? "%" : "");
  }
  std::string operator()(base::Nanos value) const { return FormatDuration(value); }
  std::string operator()(const Speed& value) const { return value ? value->ToString() : "max"; }
  std::string operator()(EnumChoice value) const {
    return std::string(SplitWords(spec.allowed, '|').at(value.index));
  }
  std::string operator()(const std::string& value) const {
    return spec.is_secret() ? MaskUrl(value) : value;
  }
  std::string operator()(const std::vector<std::string>& value) const { return Joined(value); }
  std::string operator()(const std::vector<InstrumentSettings>& value) const {
    return Joined(value);
  }
};

}  // namespace

Limits SplitRange(std::string_view allowed) {
  const std::size_t dots = allowed.find("..");
  ENSURE(dots != std::string_view::npos);
  const std::size_t start = allowed.starts_with('>') ? 1 : 0;
  return {.min = allowed.substr(start, dots - start),
          .max = allowed.substr(dots + 2),
          .is_min_open = start == 1};
}

std::vector<std::string_view> SplitWords(std::string_view text, char separator) {
  std::vector<std::string_view> words;
  if (Trimmed(text).empty()) {
    return words;
  }
  std::size_t start = 0;
  for (std::size_t end = text.find(separator); end != std::string_view::npos;
       end = text.find(separator, start)) {
    words.push_back(Trimmed(text.substr(start, end - start)));
    start = end + 1;
  }
  words.push_back(Trimmed(text.substr(start)));
  return words;
}

std::string ShowValue(const SettingSpec& spec, const Value& value) {
  return std::visit(Shower{spec}, value);
}

std::string DescribeAllowed(const SettingSpec& spec) {
  switch (spec.type) {
    case SettingType::kBool:
      return "true or false";
    case SettingType::kInt:
      return DescribeRange("a whole number", spec);
    case SettingType::kDecimal:
      return DescribeRange("a number", spec);
    case SettingType::kPercent:
      return DescribeRange("a percentage", spec);
    case SettingType::kDuration:
      return DescribeRange("a duration such as 250ms, 5s, 30m or 48h,", spec);
    case SettingType::kSpeed:
      return DescribeRange("max, or a number", spec);
    case SettingType::kEnum:
      return DescribeWords(spec.allowed, " or ");
    case SettingType::kText:
      return "a text";
    case SettingType::kAddress:
      return "a numeric IP address such as 127.0.0.1 or ::1";
    case SettingType::kPath:
      return "a path";
    case SettingType::kUrl:
      return spec.allowed.starts_with("redis")
                 ? "empty, or a URL redis://host:port, rediss://host:port or unix:///path"
                 : "empty, or a URL postgresql://host:port/database";
    case SettingType::kSymbols:
      return "a list of symbols such as BTC/USDT or MSFT";
    case SettingType::kChoices:
      return "a list out of " + DescribeWords(spec.allowed, " and ");
    case SettingType::kInstruments:
      return "a list of maps with symbol and any of venue_symbol, tick, lot, min_notional, "
             "sector, in the configuration file";
  }
  return {};  // Not reached: the switch names every type.
}

std::string Quoted(std::string_view text) {
  constexpr std::size_t kShownMax = 60;
  std::string result = "'";
  for (const char c : text.substr(0, kShownMax)) {
    const auto byte = static_cast<unsigned char>(c);
    result += byte < 0x20 || byte == 0x7f ? '?' : c;
  }
  return result + (text.size() > kShownMax ? "...'" : "'");
}

std::string MaskUrl(std::string_view url) {
  if (url.empty()) {
    return {};
  }
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) {
    return "***";
  }
  const std::string start(url.substr(0, scheme + 3));
  const std::string_view query_word = "?";
  const std::size_t query = url.find(query_word);
  const bool hides_query = query != std::string_view::npos &&
                           url.substr(query).find("password") != std::string_view::npos;
  // The last @ of all: a password may hold any other character.
  const std::size_t at = url.rfind('@');
  const std::size_t host = at == std::string_view::npos ? scheme + 3 : at + 1;
  const std::string credentials = at == std::string_view::npos ? "" : "***@";
  if (hides_query) {
    return start + credentials + (query > host ? std::string(url.substr(host, query - host)) : "") +
           "?***";
  }
  return start + credentials + std::string(url.substr(host));
}

}  // namespace bulwark::config

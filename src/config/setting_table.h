// The one table of settings: name, type, default, allowed values, explanation, and where the value
// goes.
//
// Shape:   rows in the order of the documentation; names are dotted and unique, also when written
//          as environment variables. Everything else (loader, help, docs/configuration.md) reads
//          this table.
// Errors:  none. A default that its own row refuses is a bug and stops the process at the first
//          load.
// Threads: immutable.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "config/settings.h"

namespace bulwark::config {

enum class SettingType : std::uint8_t {
  kBool,
  kInt,
  kDecimal,
  kPercent,
  kDuration,
  kSpeed,  // A decimal, or the word max.
  kEnum,
  kText,
  kAddress,  // A numeric IP address.
  kPath,
  kUrl,  // Secret: it may carry a password.
  kSymbols,
  kChoices,  // A list of words out of a fixed set.
  kInstruments,
};

// The index of the chosen word in the row's `allowed`; the enumerators stand in the same order.
struct EnumChoice {
  std::size_t index = 0;
};

using Value = std::variant<bool, std::int64_t, base::Decimal, base::Nanos, Speed, EnumChoice,
                           std::string, std::vector<std::string>, std::vector<InstrumentSettings>>;

struct SettingSpec {
  std::string_view name;
  SettingType type;
  std::string_view default_text;
  // Numbers and spans: "1..65535", ">0..1" (above 0), "0.." (no upper limit). Words: "spot|margin".
  std::string_view allowed;
  std::string_view unit;  // What a number counts, for people; empty when the type says it.
  void (*store)(Settings&, const Value&);
  std::string_view text;

  [[nodiscard]] bool is_secret() const { return type == SettingType::kUrl; }
  // "redis" for redis.url, "" for data.
  [[nodiscard]] std::string_view section() const;
};

struct SectionSpec {
  std::string_view prefix;
  std::string_view title;
  std::string_view text;
};

std::span<const SettingSpec> AllSettings();
std::span<const SectionSpec> AllSections();

// The row of that exact name, or null.
const SettingSpec* FindSetting(std::string_view name);
// "strategy.ema_cross" is a prefix: settings begin with it and a dot.
bool IsSettingPrefix(std::string_view name);
// BULWARK_REDIS_URL for redis.url.
std::string EnvironmentName(std::string_view name);

}  // namespace bulwark::config

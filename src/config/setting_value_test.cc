// Goal: a value out of its type or range is refused with a message that says what would be right.
// Method: one bad value of each kind with its exact message; secrets must not appear in any.

#include "config/setting_value.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/ensure.h"
#include "config/setting_table.h"
#include "config/setting_text.h"

namespace bulwark::config {
namespace {

std::string ErrorOf(std::string_view name, std::string_view text) {
  const SettingSpec* const spec = FindSetting(name);
  ENSURE(spec != nullptr);
  const auto value = ParseValue(*spec, text);
  return value ? "accepted as " + ShowValue(*spec, *value) : value.error().message;
}

TEST(SettingValueTest, SaysWhatIsAllowedForEachType) {
  struct Example {
    std::string_view name;
    std::string_view text;
    std::string_view message;
  };
  const std::vector<Example> examples{
      {"halt.liquidate", "yes", "'yes' is neither true nor false; allowed: true or false"},
      {"api.port", "70000", "'70000' is out of range; allowed: a whole number from 0 to 65535"},
      {"api.port", "-1", "'-1' is out of range; allowed: a whole number from 0 to 65535"},
      {"api.port", "80.5", "'80.5' is not a whole number; allowed: a whole number from 0 to 65535"},
      {"feed.seed", "99999999999999999999",
       "'99999999999999999999' is out of range; allowed: a whole number from 0 to "
       "9223372036854775807"},
      {"account.initial_cash", "0",
       "'0' is out of range; allowed: a number above 0, at most 1000000000"},
      {"account.initial_cash", "1e5",
       "'1e5' is not a decimal number; allowed: a number above 0, at most 1000000000"},
      {"account.risk_fraction", "1.01",
       "'1.01' is out of range; allowed: a number above 0, at most 1"},
      {"account.risk_fraction", "0.123456789",
       "'0.123456789' has more than 8 decimal places; allowed: a number above 0, at most 1"},
      {"risk.max_position_pct", "101%",
       "'101%' is out of range; allowed: a percentage above 0, at most 100"},
      {"risk.permit_ttl", "1000",
       "'1000' has no unit; allowed: a duration such as 250ms, 5s, 30m or 48h, from 10ms to 1m"},
      {"risk.permit_ttl", "2m",
       "'2m' is out of range; allowed: a duration such as 250ms, 5s, 30m or 48h, from 10ms to 1m"},
      {"feed.speed", "fast",
       "'fast' is not a decimal number; allowed: max, or a number above 0, at most 1000000"},
      {"feed.speed", "0",
       "'0' is out of range; allowed: max, or a number above 0, at most 1000000"},
      {"account.mode", "Spot", "'Spot' is not one of the choices; allowed: spot, margin or perp"},
      {"api.host", "localhost",
       "'localhost' is not a numeric IP address; allowed: a numeric IP address such as 127.0.0.1 "
       "or ::1"},
      {"data", "", "'' is empty; allowed: a path"},
      {"feed.symbols", "btc/usdt",
       "'btc/usdt' contains 'btc/usdt', which is not allowed; allowed: a list of symbols such as "
       "BTC/USDT or MSFT"},
      {"feed.symbols", "MSFT,MSFT",
       "'MSFT,MSFT' contains 'MSFT' twice; allowed: a list of symbols such as BTC/USDT or MSFT"},
      {"feed.symbols", "", "'' is empty; allowed: a list of symbols such as BTC/USDT or MSFT"},
      {"strategy.enabled", "ema_cross,moon",
       "'ema_cross,moon' contains 'moon', which is not allowed; allowed: a list out of ema_cross "
       "and mean_reversion"},
      {"instruments", "BTC/USDT",
       "'BTC/USDT' cannot be read here; allowed: a list of maps with symbol and any of "
       "venue_symbol, tick, lot, min_notional, sector, in the configuration file"}};

  for (const Example& example : examples) {
    EXPECT_EQ(ErrorOf(example.name, example.text), example.message);
  }
}

TEST(SettingValueTest, RefusesNumbersThatAreNone) {
  for (const std::string_view text : {"nan", ".nan", "NaN", "inf", "-inf", ".inf", "", "+", "."}) {
    for (const SettingSpec& spec : AllSettings()) {
      const bool is_number = spec.type == SettingType::kInt || spec.type == SettingType::kDecimal ||
                             spec.type == SettingType::kPercent ||
                             spec.type == SettingType::kDuration ||
                             spec.type == SettingType::kSpeed;
      if (is_number) {
        EXPECT_FALSE(ParseValue(spec, text).has_value()) << spec.name << "=" << text;
      }
    }
  }
}

TEST(SettingValueTest, RefusesNegativeNumbersEverywhere) {
  for (const SettingSpec& spec : AllSettings()) {
    if (spec.type == SettingType::kDuration) {
      EXPECT_FALSE(ParseValue(spec, "-1s").has_value()) << spec.name;
    } else if (!spec.allowed.empty()) {
      EXPECT_FALSE(ParseValue(spec, "-1").has_value()) << spec.name;
    }
  }
}

TEST(SettingValueTest, RefusesControlCharactersAndHugeTexts) {
  EXPECT_EQ(ErrorOf("data", std::string_view("a\0b", 3)),
            "'a?b' contains a control character; allowed: a path");
  EXPECT_EQ(ErrorOf("data", std::string(5000, 'x')),
            "'" + std::string(60, 'x') + "...' is longer than 4096 characters; allowed: a path");
}

TEST(SettingValueTest, NeverShowsAPassword) {
  for (const std::string_view url :
       {"redis://user:s3cret@host:1/2", "rediss://:s3cret@host", "http://u:s3cret@h", "s3cret@host",
        "redis://:a@s3cret@host", "redis://:s3/cret@host", "unix:///r.sock?password=s3cret",
        "redis://u:s3cret@h x", "redis://u:s3cret@h\n"}) {
    const SettingSpec& spec = *FindSetting("redis.url");
    const auto value = ParseValue(spec, url);
    const std::string shown = value ? ShowValue(spec, *value) : value.error().message;

    EXPECT_EQ(shown.find("s3"), std::string::npos) << shown;
    EXPECT_NE(shown.find("***"), std::string::npos) << shown;
  }
}

TEST(SettingValueTest, KeepsThePartsOfAUrlThatAreNoSecret) {
  EXPECT_EQ(MaskUrl("redis://user:pw@host:6379/2"), "redis://***@host:6379/2");
  EXPECT_EQ(MaskUrl("redis://host:6379"), "redis://host:6379");
  EXPECT_EQ(MaskUrl("unix:///run/redis.sock"), "unix:///run/redis.sock");
  EXPECT_EQ(MaskUrl("unix:///r.sock?password=pw"), "unix:///r.sock?***");
  EXPECT_EQ(MaskUrl(""), "");
}

}  // namespace
}  // namespace bulwark::config

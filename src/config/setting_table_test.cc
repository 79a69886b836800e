// Goal: the table itself is sound: unique names, good defaults, words in the order of their enums.
// Method: walks every row; spot checks where a row and a type could disagree.

#include "config/setting_table.h"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/log.h"
#include "config/setting_text.h"
#include "config/setting_value.h"
#include "config/settings.h"
#include "config/settings_loader.h"

namespace bulwark::config {
namespace {

Settings With(const std::string& name, const std::string& value) {
  auto loaded = LoadSettings(
      {.file = {}, .environment = {}, .flags = {{.flag = "--set", .name = name, .value = value}}});
  EXPECT_TRUE(loaded.has_value()) << name << "=" << value;
  return loaded ? loaded->settings : DefaultSettings();
}

TEST(SettingTableTest, HasUniqueNamesAlsoAsEnvironmentVariables) {
  std::set<std::string> names;
  for (const SettingSpec& spec : AllSettings()) {
    EXPECT_TRUE(names.insert(EnvironmentName(spec.name)).second) << spec.name;
    EXPECT_FALSE(IsSettingPrefix(spec.name)) << spec.name << " is a setting and a section";
  }
}

TEST(SettingTableTest, PutsEachSettingIntoADocumentedSection) {
  std::set<std::string_view> sections;
  for (const SectionSpec& section : AllSections()) {
    EXPECT_TRUE(sections.insert(section.prefix).second) << section.prefix;
  }
  for (const SettingSpec& spec : AllSettings()) {
    EXPECT_TRUE(sections.contains(spec.section())) << spec.name;
    EXPECT_TRUE(spec.text.ends_with('.')) << spec.name;
  }
}

TEST(SettingTableTest, HasDefaultsThatReadBackFromTheirCanonicalText) {
  for (const SettingSpec& spec : AllSettings()) {
    const auto value = ParseValue(spec, spec.default_text);
    ASSERT_TRUE(value.has_value()) << spec.name;

    const std::string shown = ShowValue(spec, *value);
    const auto again = ParseValue(spec, shown);

    ASSERT_TRUE(again.has_value()) << spec.name << " " << shown;
    EXPECT_EQ(ShowValue(spec, *again), shown);
  }
}

TEST(SettingTableTest, NamesWordsInTheOrderOfTheirEnums) {
  EXPECT_EQ(With("log.level", "debug").log.level, base::LogLevel::kDebug);
  EXPECT_EQ(With("log.level", "info").log.level, base::LogLevel::kInfo);
  EXPECT_EQ(With("log.level", "warn").log.level, base::LogLevel::kWarn);
  EXPECT_EQ(With("log.level", "error").log.level, base::LogLevel::kError);
  EXPECT_EQ(With("account.mode", "spot").account.mode, AccountMode::kSpot);
  EXPECT_EQ(With("account.mode", "margin").account.mode, AccountMode::kMargin);
  EXPECT_EQ(With("feed.kind", "simulated").feed.kind, FeedKind::kSimulated);
  EXPECT_EQ(With("venue.kind", "paper").venue.kind, VenueKind::kPaper);
}

TEST(SettingTableTest, StoresEachKindOfValueWhereItBelongs) {
  EXPECT_EQ(With("data", "/var/lib/bulwark").data, "/var/lib/bulwark");
  EXPECT_EQ(With("redis.url", "unix:///run/r.sock").redis.url.Reveal(), "unix:///run/r.sock");
  EXPECT_EQ(With("redis.port", "65535").redis.port, 65535);
  EXPECT_EQ(With("risk.permit_ttl", "2s").risk.permit_ttl, std::chrono::seconds{2});
  EXPECT_EQ(With("risk.max_position_pct", "12.5%").risk.max_position_pct,
            *base::Decimal::Parse("12.5"));
  EXPECT_EQ(With("feed.speed", "max").feed.speed, std::nullopt);
  EXPECT_EQ(With("feed.speed", "2.5").feed.speed, *base::Decimal::Parse("2.5"));
  EXPECT_EQ(With("feed.seed", "9223372036854775807").feed.seed, 9223372036854775807U);
  EXPECT_EQ(With("feed.symbols", "MSFT, BRK-B").feed.symbols,
            (std::vector<std::string>{"MSFT", "BRK-B"}));
  EXPECT_EQ(With("strategy.ema_cross.fast", "5").strategy.ema_cross.fast, 5);
  EXPECT_TRUE(With("feed.loop", "true").feed.loop);
}

}  // namespace
}  // namespace bulwark::config

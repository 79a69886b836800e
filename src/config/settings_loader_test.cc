// Goal: the right source wins, its origin is told, and all problems come at once.
// Method: the same setting from each source in turn; one broken rule at a time.

#include "config/settings_loader.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/yaml_source.h"

namespace bulwark::config {
namespace {

using testing::ElementsAre;

EffectiveValue Effective(const Loaded& loaded, std::string_view name) {
  for (const EffectiveValue& row : loaded.effective) {
    if (row.name == name) {
      return row;
    }
  }
  return {};
}

std::vector<std::string> ProblemsOf(const Sources& sources) {
  const auto loaded = LoadSettings(sources);
  std::vector<std::string> lines;
  if (!loaded) {
    for (const Problem& problem : loaded.error()) {
      lines.push_back(problem.ToString());
    }
  }
  return lines;
}

Sources FromYaml(std::string text) {
  return {.file = ConfigText{"b.yaml", std::move(text)}, .environment = {}, .flags = {}};
}

TEST(SettingsLoaderTest, LetsTheHigherSourceWinAndTellsItsOrigin) {
  Sources sources;
  auto loaded = LoadSettings(sources);
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->settings.api.port, 8080);
  EXPECT_EQ(Effective(*loaded, "api.port").origin, "default");

  sources.file = ConfigText{"b.yaml", "log:\n  level: warn\napi:\n  port: 1\n"};
  loaded = LoadSettings(sources);
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->settings.api.port, 1);
  EXPECT_EQ(Effective(*loaded, "api.port").origin, "b.yaml:4");

  sources.environment = {{"BULWARK_API_PORT", "2"}};
  loaded = LoadSettings(sources);
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->settings.api.port, 2);
  EXPECT_EQ(Effective(*loaded, "api.port").origin, "env BULWARK_API_PORT");

  sources.flags = {{"--set", "api.port", "3"}, {"--port", "api.port", "4"}};
  loaded = LoadSettings(sources);
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->settings.api.port, 4);
  EXPECT_EQ(Effective(*loaded, "api.port").origin, "flag --port");
  EXPECT_EQ(Effective(*loaded, "log.level").origin, "b.yaml:2");
}

TEST(SettingsLoaderTest, ReachesEveryDepthFromTheEnvironment) {
  const auto loaded = LoadSettings(
      {.file = {},
       .environment = {{"BULWARK_DATA", "/d"}, {"BULWARK_STRATEGY_MEAN_REVERSION_RSI_LOW", "25"}},
       .flags = {}});

  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->settings.data, "/d");
  EXPECT_EQ(Effective(*loaded, "strategy.mean_reversion.rsi_low").value, "25");
}

TEST(SettingsLoaderTest, ReportsTheProblemsOfAllSourcesTogetherInOrder) {
  const Sources sources{
      .file = ConfigText{"b.yaml", "api: {port: x}\nfeed: {sed: 1, loop: 2}\n"},
      .environment = {{"BULWARK_API_PROT", "1"}, {"BULWARK_HALT_LIQUIDATE", "maybe"}},
      .flags = {{"--set", "paper.feebps", "1"}, {"--data", "data", ""}}};

  EXPECT_THAT(
      ProblemsOf(sources),
      ElementsAre("b.yaml:1:13: api.port: 'x' is not a whole number; allowed: a whole number from "
                  "0 to 65535",
                  "b.yaml:2:8: unknown setting 'feed.sed', did you mean 'feed.seed'?",
                  "b.yaml:2:22: feed.loop: '2' is neither true nor false; allowed: true or false",
                  "env BULWARK_API_PROT: unknown variable, did you mean BULWARK_API_PORT?",
                  "env BULWARK_HALT_LIQUIDATE: halt.liquidate: 'maybe' is neither true nor false; "
                  "allowed: true or false",
                  "--set: unknown setting 'paper.feebps', did you mean 'paper.fee_bps'?",
                  "--data: data: '' is empty; allowed: a path"));
}

TEST(SettingsLoaderTest, RefusesABadValueAlsoWhereAnotherSourceOverridesIt) {
  const Sources sources{.file = ConfigText{"b.yaml", "api: {port: x}\n"},
                        .environment = {},
                        .flags = {{"--set", "api.port", "1"}}};

  EXPECT_EQ(ProblemsOf(sources).size(), 1U);
}

TEST(SettingsLoaderTest, RefusesWhatDoesNotFitTogether) {
  const std::vector<std::pair<std::string, std::string>> examples{
      {"account: {mode: perp}",
       "b.yaml:1:17: account.mode: perp cannot be traded yet; allowed now: spot or margin"},
      {"feed: {kind: replay}",
       "b.yaml:1:14: feed.file: is empty, but feed.kind is replay; name a recording"},
      {"strategy: {ema_cross: {fast: 26}}",
       "b.yaml:1:30: strategy.ema_cross.fast: 26 must be below strategy.ema_cross.slow, which is "
       "26"},
      {"strategy: {mean_reversion: {rsi_low: 80}}",
       "b.yaml:1:38: strategy.mean_reversion.rsi_low: 80 must be below "
       "strategy.mean_reversion.rsi_high, which is 70"},
      {"supervisor: {min_agreeing: 3}",
       "b.yaml:1:28: supervisor.min_agreeing: 3 strategies can never agree: strategy.enabled has "
       "2"},
      {"redis: {port: 8080}", "b.yaml:1:15: api.port: 8080 is also redis.port"},
      {"up: {backoff_max: 100ms}",
       "b.yaml:1:19: up.backoff_min: 250ms is above up.backoff_max, which is 100ms"},
      {"watchdog: {stop_pct: 5}",
       "b.yaml:1:22: watchdog.warn_pct: 5 must be below watchdog.stop_pct, which is 5"}};

  for (const auto& [text, problem] : examples) {
    EXPECT_THAT(ProblemsOf(FromYaml(text)), ElementsAre(problem)) << text;
  }
}

TEST(SettingsLoaderTest, DoesNotAskARuleAboutASettingThatIsBroken) {
  EXPECT_EQ(ProblemsOf(FromYaml("strategy: {ema_cross: {fast: 100, slow: x}}")).size(), 1U);
}

TEST(SettingsLoaderTest, MasksSecretsInTheEffectiveList) {
  const auto loaded = LoadSettings(
      {.file = {}, .environment = {{"BULWARK_REDIS_URL", "redis://u:pw@h:1"}}, .flags = {}});

  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->settings.redis.url.Reveal(), "redis://u:pw@h:1");
  EXPECT_EQ(Effective(*loaded, "redis.url").value, "redis://***@h:1");
}

TEST(SettingsLoaderTest, TakesOnlyItsOwnVariables) {
  const std::array<const char*, 6> variables{
      "PATH=/bin",  "BULWARK_CONFIG=b.yaml", "BULWARK_API_PORT=1",
      "BULWARKX=2", "BULWARK_API_HOST=a=b",  nullptr};

  EXPECT_THAT(BulwarkEnvironment(variables.data()),
              ElementsAre(std::pair<std::string, std::string>("BULWARK_API_HOST", "a=b"),
                          std::pair<std::string, std::string>("BULWARK_API_PORT", "1")));
}

TEST(SettingsLoaderTest, SplitsASetFlagAtTheFirstEqualsSign) {
  const auto flag = ParseSetFlag("redis.url=redis://h?a=b");

  ASSERT_TRUE(flag.has_value());
  EXPECT_EQ(flag->name, "redis.url");
  EXPECT_EQ(flag->value, "redis://h?a=b");
  EXPECT_FALSE(ParseSetFlag("api.port").has_value());
}

}  // namespace
}  // namespace bulwark::config

// Goal: every mistake in a file is found at its place, and a hostile file costs little.
// Method: one small file per mistake with the exact problem; then files that bomb or mutate.

#include "config/yaml_source.h"

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/decimal.h"
#include "config/settings.h"
#include "config/settings_document.h"
#include "config/settings_loader.h"

namespace bulwark::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> ProblemsOf(const std::string& text) {
  const auto loaded =
      LoadSettings({.file = ConfigText{"b.yaml", text}, .environment = {}, .flags = {}});
  std::vector<std::string> lines;
  if (!loaded) {
    for (const Problem& problem : loaded.error()) {
      lines.push_back(problem.ToString());
    }
  }
  return lines;
}

TEST(YamlSourceTest, NamesThePlaceOfEachMistake) {
  const std::vector<std::pair<std::string, std::string>> examples{
      {"api:\n  prot: 1\n", "b.yaml:2:3: unknown setting 'api.prot', did you mean 'api.port'?"},
      {"redsi: {port: 1}\n", "b.yaml:1:1: unknown setting 'redsi', did you mean 'redis'?"},
      {"qqqqqq: 1\n", "b.yaml:1:1: unknown setting 'qqqqqq'; see `bulwark config docs`"},
      {"api:\n  port: 1\n  port: 2\n", "b.yaml:3:3: 'api.port' is given twice, first in line 2"},
      {"api: {port: 1}\nfeed: {}\napi: {host: ::1}\n",
       "b.yaml:3:1: 'api' is given twice, first in line 1"},
      {"api.port: 1\napi: {port: 2}\n", "b.yaml:2:7: 'api.port' is given twice, first in line 1"},
      {"api: 5\n", "b.yaml:1:6: api: must be a section with settings below it"},
      {"api: {port: {a: 1}}\n",
       "b.yaml:1:13: api.port: is a map; allowed: a whole number from 0 to 65535"},
      {"api: {port: [1]}\n",
       "b.yaml:1:13: api.port: is a list; allowed: a whole number from 0 to 65535"},
      {"api:\n  port:\n",
       "b.yaml:2:3: api.port: has no value; remove the line to keep the default"},
      {"feed:\n  symbols: [MSFT, [A]]\n",
       "b.yaml:2:19: feed.symbols: an item of the list is not a single word; allowed: a list of "
       "symbols such as BTC/USDT or MSFT"},
      {"api:\n\tport: 1\n",
       "b.yaml:2:6: is not valid YAML: illegal map value (indent with blanks, not with a tab)"},
      {"api: {port: 1\n", "b.yaml:2:1: is not valid YAML: end of map flow not found"},
      {"- api\n", "b.yaml:1:1: the file must be a map of settings, such as 'api: {port: 8080}'"},
      {"api: {port: 1}\n---\napi: {port: 2}\n",
       "b.yaml:2:1: a stray bracket or a second document begins here; nothing after it would be "
       "read"},
      {"---\napi: {port: 1}\n...\n# end\napi: {port: 2}\n",
       "b.yaml:5:1: a stray bracket or a second document begins here; nothing after it would be "
       "read"},
      {std::string("api\0: 1", 7), "b.yaml:1:1: is not a text file in UTF-8"},
      // yaml-cpp's LoadAll() never ends on this one; found by settings_fuzz.
      {",Si",
       "b.yaml:1:1: a stray bracket or a second document begins here; nothing after it would be "
       "read"},
      {"{api: {port: 1}}}\nrisk: {permit_ttl: 9}\n",
       "b.yaml:1:17: is not valid YAML: illegal flow end"},
      {"[a, b]: 1\n", "b.yaml:1:1: a name must be a plain word"}};

  for (const auto& [text, problem] : examples) {
    EXPECT_THAT(ProblemsOf(text), ElementsAre(problem)) << text;
  }
}

TEST(YamlSourceTest, AcceptsNothingAndEmptySections) {
  EXPECT_THAT(ProblemsOf(""), IsEmpty());
  EXPECT_THAT(ProblemsOf("# only a comment\n"), IsEmpty());
  EXPECT_THAT(ProblemsOf("api:\nfeed: {}\n"), IsEmpty());
  EXPECT_THAT(ProblemsOf("# first\n\n---\napi: {port: 1}\n...\n# last\n"), IsEmpty());
}

TEST(YamlSourceTest, ReadsInstrumentsAndKeepsWhatIsNotGivenEmpty) {
  const auto loaded = LoadSettings(
      {.file = ConfigText{"b.yaml",
                          "instruments:\n  - {symbol: BTC/USDT, venue_symbol: btcusdt, tick: 0.1}\n"
                          "  - {symbol: MSFT, lot: 1, min_notional: 0}\n"},
       .environment = {},
       .flags = {}});

  ASSERT_TRUE(loaded.has_value());
  EXPECT_THAT(loaded->settings.instruments,
              ElementsAre(InstrumentSettings{.symbol = "BTC/USDT",
                                             .venue_symbol = "btcusdt",
                                             .tick = *base::Decimal::Parse("0.1"),
                                             .lot = {},
                                             .min_notional = {}},
                          InstrumentSettings{.symbol = "MSFT",
                                             .venue_symbol = {},
                                             .tick = {},
                                             .lot = base::Decimal::FromInt(1),
                                             .min_notional = base::Decimal()}));
}

TEST(YamlSourceTest, ExplainsMistakesInInstruments) {
  const std::string text =
      "instruments:\n"
      "  - {symbol: msft}\n"
      "  - {tick: 1}\n"
      "  - {symbol: A, tick: 0}\n"
      "  - {symbol: B, lot: .nan}\n"
      "  - {symbol: C, min_notional: -1}\n"
      "  - {symbol: D, tik: 1}\n"
      "  - {symbol: E, tick: [1]}\n"
      "  - {symbol: F, tick: 1, tick: 2}\n"
      "  - {symbol: F}\n"
      "  - G\n";

  EXPECT_THAT(
      ProblemsOf(text),
      ElementsAre(
          "b.yaml:2:14: instruments: symbol: 'msft' is not a symbol such as BTC/USDT or MSFT",
          "b.yaml:3:5: instruments: an entry has no symbol",
          "b.yaml:4:23: instruments: tick: '0' is not a number above 0",
          "b.yaml:5:22: instruments: lot: '.nan' is not a number above 0",
          "b.yaml:6:31: instruments: min_notional: '-1' is not a number from 0 up",
          "b.yaml:7:17: instruments: unknown field 'tik'; allowed: symbol, venue_symbol, tick, "
          "lot, min_notional, sector",
          "b.yaml:8:23: instruments: 'tick' must have one value",
          "b.yaml:9:26: instruments: 'tick' is given twice",
          "b.yaml:10:5: instruments: F is listed twice",
          "b.yaml:11:5: instruments: each entry must be a map such as {symbol: BTC/USDT, tick: "
          "0.01}"));
}

TEST(YamlSourceTest, KeepsTheProblemsOfALargeBrokenFileFew) {
  std::string text;
  for (int i = 0; i < 5'000; ++i) {
    text += "unknown_" + std::to_string(i) + ": 1\n";
  }

  EXPECT_EQ(ProblemsOf(text).size(), kProblemsMax);
}

TEST(YamlSourceTest, IsNotImpressedByAliasBombsAndDeepNesting) {
  std::string bomb = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 60; ++i) {
    bomb += fmt::format("a{0}: &a{0} [*a{1}, *a{1}]\n", i, i - 1);
  }
  bomb += "feed: {symbols: *a59}\ninstruments: *a59\n";

  EXPECT_FALSE(ProblemsOf(bomb).empty());
  EXPECT_FALSE(ProblemsOf(std::string(100'000, '[')).empty());
  EXPECT_FALSE(ProblemsOf("api: &x {port: *x}\n").empty());
}

TEST(YamlSourceTest, SurvivesRandomDamage) {
  std::mt19937_64 random{20261122};
  for (int step = 0; step < 300; ++step) {
    std::string text(ExampleFile());
    for (auto changes = 1 + random() % 8; changes > 0; --changes) {
      text[random() % text.size()] = static_cast<char>(random());
    }

    const auto loaded =
        LoadSettings({.file = ConfigText{"b.yaml", text}, .environment = {}, .flags = {}});

    ASSERT_TRUE(loaded.has_value() || !loaded.error().empty()) << step;
  }
}

TEST(YamlSourceTest, ReadsOnlyRealFilesOfReasonableSize) {
  namespace fs = std::filesystem;
  const fs::path folder =
      fs::temp_directory_path() / ("bulwark_yaml_" + std::to_string(std::random_device{}()));
  fs::create_directory(folder);
  const fs::path good = folder / "good.yaml";
  const fs::path large = folder / "large.yaml";
  std::ofstream(good) << "api: {port: 1}\n";
  std::ofstream(large) << std::string(kConfigFileMax + 1, '#');

  const auto text = ReadConfigFile(good);
  const auto missing = ReadConfigFile(folder / "none.yaml");
  const auto is_folder = ReadConfigFile(folder);
  const auto too_large = ReadConfigFile(large);
  fs::remove_all(folder);

  ASSERT_TRUE(text.has_value());
  EXPECT_EQ(text->text, "api: {port: 1}\n");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().message, (folder / "none.yaml").string() + ": there is no such file");
  ASSERT_FALSE(is_folder.has_value());
  EXPECT_EQ(is_folder.error().message, folder.string() + ": is a folder");
  ASSERT_FALSE(too_large.has_value());
  EXPECT_EQ(too_large.error().message, large.string() + ": is larger than 262144 bytes");
}

}  // namespace
}  // namespace bulwark::config

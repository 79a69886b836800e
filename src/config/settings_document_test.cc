// Goal: the page about the settings is true and its example works.
// Method: compares the committed page with the generator; loads the example.

#include "config/settings_document.h"

#include <fstream>
#include <ios>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "config/setting_table.h"
#include "config/settings_loader.h"
#include "config/yaml_source.h"

namespace bulwark::config {
namespace {

TEST(SettingsDocumentTest, IsCommittedAsGenerated) {
  std::ifstream in(BULWARK_SOURCE_DIR "/docs/configuration.md", std::ios::binary);
  const std::string committed{std::istreambuf_iterator<char>(in), {}};

  EXPECT_EQ(committed, GenerateMarkdown())
      << "run: build/debug/bulwark config docs > docs/configuration.md";
}

TEST(SettingsDocumentTest, NamesEverySetting) {
  const std::string text = GenerateMarkdown();
  for (const SettingSpec& spec : AllSettings()) {
    EXPECT_NE(text.find("| `" + std::string(spec.name) + "` |"), std::string::npos) << spec.name;
  }
}

TEST(SettingsDocumentTest, ShowsAnExampleThatLoads) {
  const auto loaded = LoadSettings(
      {.file = ConfigText{"example", std::string(ExampleFile())}, .environment = {}, .flags = {}});

  ASSERT_TRUE(loaded.has_value()) << loaded.error().front().ToString();
  EXPECT_EQ(loaded->settings.api.port, 9000);
}

}  // namespace
}  // namespace bulwark::config

#include "config_command.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app_context.h"
#include "config/settings_document.h"
#include "config/settings_loader.h"
#include "config/yaml_source.h"

namespace bulwark::app {
namespace {

void PrintTable(const config::Loaded& loaded) {
  std::size_t name_width = 0;
  std::size_t value_width = 0;
  for (const config::EffectiveValue& row : loaded.effective) {
    name_width = std::max(name_width, row.name.size());
    value_width = std::max(value_width, std::min<std::size_t>(row.value.size(), 40));
  }
  for (const config::EffectiveValue& row : loaded.effective) {
    fmt::print("{:<{}}  {:<{}}  {}\n", row.name, name_width, row.value.empty() ? "-" : row.value,
               value_width, row.origin);
  }
}

void PrintJson(const config::Loaded& loaded) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const config::EffectiveValue& row : loaded.effective) {
    rows.push_back({{"name", row.name}, {"value", row.value}, {"origin", row.origin}});
  }
  // A path may hold bytes that are not UTF-8; they are shown as replacement characters.
  fmt::print("{}\n", rows.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

int Check(const AppContext& context) {
  const auto sources = context.ReadSources();
  if (!sources) {
    fmt::print(stderr, "error: {}\n", sources.error().message);
    return kExitNo;
  }
  const auto loaded = config::LoadSettings(*sources);
  if (!loaded) {
    for (const config::Problem& problem : loaded.error()) {
      fmt::print(stderr, "error: {}\n", problem.ToString());
    }
    const std::size_t count = loaded.error().size();
    fmt::print(stderr, "{} {} found\n", count, count == 1 ? "problem" : "problems");
    return kExitNo;
  }
  const auto changed = std::ranges::count_if(
      loaded->effective, [](const auto& row) { return row.origin != "default"; });
  fmt::print("configuration ok: {} settings, {} changed from the default\n",
             loaded->effective.size(), changed);
  return kExitDone;
}

}  // namespace

void AddConfigCommand(CLI::App& root, AppContext& context) {
  CLI::App& config = AppContext::AddGroup(
      root, {Purpose::kInspect, "config", "Show, check and explain the settings"});

  CLI::App& show = context.AddCommand(
      config,
      {Purpose::kInspect, "show", "Print every setting, its value and where it comes from"});
  const CLI::Option& json = AppContext::AddSwitch(show, "--json", "Print a JSON array");
  context.SetPlainAction(show, [&context, &json] {
    const auto loaded = context.Load();
    if (!loaded) {
      return kExitUsage;
    }
    json.count() > 0 ? PrintJson(*loaded) : PrintTable(*loaded);
    return kExitDone;
  });

  CLI::App& check = context.AddCommand(
      config, {Purpose::kInspect, "check", "Explain every mistake; exit code 1 if there is one"});
  context.SetPlainAction(check, [&context] { return Check(context); });

  CLI::App& docs =
      context.AddCommand(config, {Purpose::kInspect, "docs", "Print docs/configuration.md"});
  context.SetPlainAction(docs, [] {
    fmt::print("{}", config::GenerateMarkdown());
    return kExitDone;
  });
}

}  // namespace bulwark::app

#include "stops_command.h"

#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app_context.h"
#include "base/ensure.h"
#include "config/setting_table.h"
#include "risk/denial_table.h"
#include "risk/lattice_markdown.h"

namespace bulwark::app {
namespace {

// Requires: the table of codes names settings that exist.
std::string DefaultOf(std::string_view setting) {
  const config::SettingSpec* const spec = config::FindSetting(setting);
  ENSURE(spec != nullptr);
  return std::string(spec->default_text);
}

}  // namespace

void AddStopsCommand(CLI::App& root, AppContext& context) {
  CLI::App& group =
      AppContext::AddGroup(root, {Purpose::kInspect, "stops", "What each stop lets pass"});
  CLI::App& docs =
      context.AddCommand(group, {Purpose::kInspect, "docs", "The truth table of docs/risk.md"});
  context.SetPlainAction(docs, [] {
    fmt::print("{}", risk::LatticeMarkdown());
    return kExitDone;
  });
  CLI::App& codes = context.AddCommand(
      group, {Purpose::kInspect, "codes", "Why an order is refused: the codes of docs/risk.md"});
  context.SetPlainAction(codes, [] {
    fmt::print("{}", risk::DenialMarkdown(&DefaultOf));
    return kExitDone;
  });
}

}  // namespace bulwark::app

#include "stops_command.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app_context.h"
#include "risk/lattice_markdown.h"

namespace bulwark::app {

void AddStopsCommand(CLI::App& root, AppContext& context) {
  CLI::App& group =
      AppContext::AddGroup(root, {Purpose::kInspect, "stops", "What each stop lets pass"});
  CLI::App& docs =
      context.AddCommand(group, {Purpose::kInspect, "docs", "The truth table of docs/risk.md"});
  context.SetPlainAction(docs, [] {
    fmt::print("{}", risk::LatticeMarkdown());
    return kExitDone;
  });
}

}  // namespace bulwark::app

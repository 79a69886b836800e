#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "api_command.h"
#include "app_context.h"
#include "approvals_command.h"
#include "backfill_command.h"
#include "base/crash_point.h"
#include "breakers_command.h"
#include "cache_command.h"
#include "config/nearest.h"
#include "config/setting_text.h"
#include "config_command.h"
#include "data_command.h"
#include "doctor_command.h"
#include "drill_command.h"
#include "explain_command.h"
#include "import_command.h"
#include "jobs_command.h"
#include "keys_command.h"
#include "ledger_command.h"
#include "limit_command.h"
#include "mode_command.h"
#include "reconcile_command.h"
#include "redis_command.h"
#include "risk_command.h"
#include "scope_command.h"
#include "status_command.h"
#include "stops_command.h"
#include "switch_command.h"
#include "trader_command.h"
#include "up_command.h"
#include "venue_command.h"

namespace {

constexpr const char* kAbout =
    "Bulwark, an automated trader that its owner can leave running.\n"
    "Start with `bulwark up`; stop everything with `bulwark halt --reason ...`.";

// One line per subcommand, in the order of the help.
void AddCommands(CLI::App& root, bulwark::app::AppContext& context) {
  bulwark::app::AddUpCommand(root, context);
  bulwark::app::AddVenueCommand(root, context);
  bulwark::app::AddTraderCommand(root, context);
  bulwark::app::AddApiCommand(root, context);
  bulwark::app::AddJobsCommand(root, context);
  bulwark::app::AddStatusCommand(root, context);
  bulwark::app::AddSwitchCommands(root, context);
  bulwark::app::AddApprovalsCommands(root, context);
  bulwark::app::AddModeCommands(root, context);
  bulwark::app::AddBreakersCommands(root, context);
  bulwark::app::AddDrillCommands(root, context);
  bulwark::app::AddScopeCommands(root, context);
  bulwark::app::AddStopsCommand(root, context);
  bulwark::app::AddRiskCommands(root, context);
  bulwark::app::AddRedisUrlCommand(root, context);
  bulwark::app::AddRedisCliCommand(root, context);
  bulwark::app::AddDoctorCommand(root, context);
  bulwark::app::AddKeysCommand(root, context);
  bulwark::app::AddLimitCommand(root, context);
  bulwark::app::AddCacheCommand(root, context);
  bulwark::app::AddExplainCommand(root, context);
  bulwark::app::AddReplayCommand(root, context);
  bulwark::app::AddLedgerCommand(root, context);
  bulwark::app::AddImportCommand(root, context);
  bulwark::app::AddReconcileCommand(root, context);
  bulwark::app::AddDataCommand(root, context);
  bulwark::app::AddBackfillCommand(root, context);
  bulwark::app::AddConfigCommand(root, context);
}

std::vector<const CLI::App*> CommandsOf(const CLI::App& parent) {
  return parent.get_subcommands([](const CLI::App*) { return true; });
}

void PrintUnknownCommand(const CLI::App& parent, std::string_view word) {
  std::vector<std::string> names;
  for (const CLI::App* command : CommandsOf(parent)) {
    names.push_back(command->get_name());
  }
  const auto nearest = bulwark::config::Nearest(word, names);
  fmt::print(stderr, "error: unknown command {}{}\n", bulwark::config::Quoted(word),
             nearest ? ", did you mean '" + *nearest + "'?" : "; see `bulwark --help`");
}

// CLI11 only says that a subcommand is required; a person who mistyped one needs its name.
bool ExplainsUnknownCommand(const CLI::App& root, std::span<char* const> words) {
  const CLI::App* parent = &root;
  for (const std::string_view word : words) {
    const bool is_group = parent->get_require_subcommand_min() > 0;
    if (word.starts_with('-') || !is_group) {
      return false;
    }
    const std::vector<const CLI::App*> commands = CommandsOf(*parent);
    const auto found = std::ranges::find_if(
        commands, [&](const CLI::App* command) { return command->get_name() == word; });
    if (found == commands.end()) {
      PrintUnknownCommand(*parent, word);
      return true;
    }
    parent = *found;
  }
  return false;
}

int RunCommandLine(int argc, char** argv) {
  CLI::App root{kAbout, "bulwark"};
  root.set_version_flag("--version", "bulwark " BULWARK_VERSION);
  root.require_subcommand(1);
  root.footer(
      "Every command takes --config, --data, --log-level and --set after its name;\n"
      "`bulwark COMMAND --help` explains one, docs/configuration.md every setting.");
  bulwark::app::AppContext context(environ);
  AddCommands(root, context);
  if (argc < 2) {
    fmt::print(stderr, "{}", root.help());
    return bulwark::app::kExitUsage;
  }
  if (ExplainsUnknownCommand(root, std::span(argv + 1, static_cast<std::size_t>(argc - 1)))) {
    return bulwark::app::kExitUsage;
  }
  try {
    root.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return root.exit(error) == 0 ? bulwark::app::kExitDone : bulwark::app::kExitUsage;
  }
  return context.Run();
}

}  // namespace

int main(int argc, char** argv) {
  // NOLINTBEGIN(concurrency-mt-unsafe): there is no other thread yet.
  bulwark::base::ArmCrashPoints(std::getenv("TEST_CRASH_POINT"), std::getenv("TEST_CRASH_MARK"));
  // NOLINTEND(concurrency-mt-unsafe)
  try {
    return RunCommandLine(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return bulwark::app::kExitFailed;
  }
}

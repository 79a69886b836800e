#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "api_command.h"
#include "app_context.h"
#include "config_command.h"

namespace {

constexpr const char* kAbout =
    "Bulwark, an automated trader that its owner can leave running.\n"
    "Start with `bulwark up`; stop everything with `bulwark halt --reason ...`.";

// One line per subcommand, in the order of the help.
void AddCommands(CLI::App& root, bulwark::app::AppContext& context) {
  bulwark::app::AddApiCommand(root, context);
  bulwark::app::AddConfigCommand(root, context);
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
  try {
    root.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return root.exit(error) == 0 ? bulwark::app::kExitDone : bulwark::app::kExitUsage;
  }
  return context.Run();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return RunCommandLine(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return bulwark::app::kExitFailed;
  }
}

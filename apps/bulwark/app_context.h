// What every subcommand shares: common flags, loading of settings, and the exit code.
//
// Shape:   each `<name>_command.cc` offers one function `Add<Name>Command(CLI::App& root,
//          AppContext&)` that calls AddCommand() and then SetAction(). The action runs after the
//          whole command line is parsed, and its answer is the exit code: 0 done, 1 the answer is
//          "no" (a check failed), 2 the command line or the configuration is wrong, 3 the world
//          failed.
// Threads: the main thread only. An action may start threads; see StopSignal for the order.
// Owner:   the context outlives the parser.

#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "base/time.h"
#include "config/settings.h"
#include "config/settings_loader.h"
#include "data_paths.h"

namespace bulwark::app {

inline constexpr int kExitDone = 0;
inline constexpr int kExitNo = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitFailed = 3;

// The headings of `bulwark --help`.
enum class Purpose : std::uint8_t { kRun, kWatch, kStop, kInspect };

struct CommandText {
  Purpose purpose;
  std::string name;
  std::string text;  // One line for the help.
};

// An action that needs the settings; they are loaded before it runs.
using SettingsAction = std::function<int(const config::Settings&)>;
using PlainAction = std::function<int()>;

class AppContext {
 public:
  // `environment` is a list like `environ`; it must outlive the context.
  explicit AppContext(const char* const* environment) : environment_(environment) {}

  // Adds a subcommand below `parent` (the root, or a group such as `keys`), with the common flags.
  CLI::App& AddCommand(CLI::App& parent, const CommandText& command);
  // Adds a subcommand that only groups others: `keys`, `config`, `ledger`.
  static CLI::App& AddGroup(CLI::App& root, const CommandText& command);

  void SetAction(CLI::App& command, SettingsAction action);
  void SetPlainAction(CLI::App& command, PlainAction action);

  // A flag that stands for a setting: AddSettingFlag(command, "--port", "api.port", "Port of the
  // page"). `flag` may also have a short form: "-p,--port".
  void AddSettingFlag(CLI::App& command, const std::string& flag, const std::string& setting,
                      const std::string& text);
  // A flag without a value, such as --json; inside the action, count() > 0 tells that it was given.
  static const CLI::Option& AddSwitch(CLI::App& command, const std::string& flag,
                                      const std::string& text);
  // `--replay FILE` and `--speed N|max`, for `up` and `trader`.
  void AddFeedFlags(CLI::App& command);
  // `--for DURATION`; pass the result of run_for() to StopSignal.
  void AddForFlag(CLI::App& command);

  [[nodiscard]] std::optional<base::Nanos> run_for() const { return run_for_; }
  // The flags of this command line, to pass the same configuration on to a child process, which
  // inherits the environment anyway. Secrets are not in the arguments, where everybody on the
  // machine could read them, but in the variables: the child's environment must get those too.
  [[nodiscard]] std::vector<std::string> ChildArguments() const;
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> ChildVariables() const;

  // All sources together. Fails when the file cannot be read; the problems inside it are
  // LoadSettings'.
  [[nodiscard]] base::Result<config::Sources> ReadSources() const;
  // Loads, prints every problem to stderr when there is one, and sets the log level.
  [[nodiscard]] std::optional<config::Loaded> Load() const;

  // Runs the chosen command; answers the exit code of the process.
  int Run();

 private:
  void AddCommonFlags(CLI::App& command);

  const char* const* environment_;
  std::string config_file_;
  std::list<config::FlagValue> offered_;  // Without values; callbacks point into it.
  std::vector<config::FlagValue> flags_;
  std::optional<base::Nanos> run_for_;
  std::string command_name_;
  PlainAction action_;
};

// The paths of the data folder of these settings; prints the error and answers empty when unusable.
std::optional<DataPaths> PathsOf(const config::Settings& settings);

}  // namespace bulwark::app

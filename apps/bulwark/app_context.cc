#include "app_context.h"

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <tl/expected.hpp>

#include "base/ensure.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "config/duration.h"
#include "config/setting_table.h"
#include "config/settings.h"
#include "config/settings_loader.h"
#include "config/yaml_source.h"
#include "data_paths.h"

namespace bulwark::app {
namespace {

constexpr const char* kCommonGroup = "Common options";

std::string Heading(Purpose purpose) {
  switch (purpose) {
    case Purpose::kRun:
      return "Run";
    case Purpose::kWatch:
      return "Watch";
    case Purpose::kStop:
      return "Stop";
    case Purpose::kInspect:
      return "Inspect";
  }
  return {};
}

bool IsSecret(const config::FlagValue& flag) {
  const config::SettingSpec* const spec = config::FindSetting(flag.name);
  return spec != nullptr && spec->is_secret();
}

std::string ConfigFromEnvironment(const char* const* environment) {
  constexpr std::string_view kPrefix = "BULWARK_CONFIG=";
  for (; *environment != nullptr; ++environment) {
    const std::string_view entry = *environment;
    if (entry.starts_with(kPrefix)) {
      return std::string(entry.substr(kPrefix.size()));
    }
  }
  return {};
}

}  // namespace

CLI::App& AppContext::AddCommand(CLI::App& parent, const CommandText& command) {
  CLI::App& added = *parent.add_subcommand(command.name, command.text);
  added.group(Heading(command.purpose));
  AddCommonFlags(added);
  return added;
}

CLI::App& AppContext::AddGroup(CLI::App& root, const CommandText& command) {
  CLI::App& added = *root.add_subcommand(command.name, command.text);
  added.group(Heading(command.purpose));
  added.require_subcommand(1);
  return added;
}

void AppContext::AddCommonFlags(CLI::App& command) {
  command.add_option("--config", config_file_, "YAML file with settings (or BULWARK_CONFIG)")
      ->type_name("FILE")
      ->group(kCommonGroup);
  AddSettingFlag(command, "--data", "data", "Data folder [./data]");
  AddSettingFlag(command, "--log-level", "log.level", "debug, info, warn or error [info]");
  const auto take = [this](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      flags_.push_back(config::ParseSetFlag(text).value_or(config::FlagValue{}));
    }
  };
  const auto check = [](const std::string& text) -> std::string {
    return config::ParseSetFlag(text) ? "" : "expected NAME=VALUE such as api.port=9000";
  };
  command
      .add_option_function<std::vector<std::string>>(
          "--set", take, "Any setting of docs/configuration.md; may be repeated")
      ->type_name("NAME=VALUE")
      ->expected(1)
      ->take_all()
      ->check(check)
      ->group(kCommonGroup);
  command.get_option("--data")->type_name("DIR")->group(kCommonGroup);
  command.get_option("--log-level")->type_name("LEVEL")->group(kCommonGroup);
}

void AppContext::AddSettingFlag(CLI::App& command, const std::string& flag,
                                const std::string& setting, const std::string& text) {
  offered_.push_back({flag.substr(flag.find("--")), setting, {}});
  command
      .add_option_function<std::string>(
          flag,
          [this, &offered = offered_.back()](const std::string& value) {
            flags_.push_back({offered.flag, offered.name, value});
          },
          text)
      ->type_name("VALUE");
}

const CLI::Option& AppContext::AddSwitch(CLI::App& command, const std::string& flag,
                                         const std::string& text) {
  CLI::Option& option = *command.add_flag(flag);
  option.description(text);
  return option;
}

void AppContext::AddFeedFlags(CLI::App& command) {
  command
      .add_option_function<std::string>(
          "--replay",
          [this](const std::string& file) {
            flags_.push_back({"--replay", "feed.kind", "replay"});
            flags_.push_back({"--replay", "feed.file", file});
          },
          "Trade on a recording in place of the simulated feed")
      ->type_name("FILE");
  AddSettingFlag(command, "--speed", "feed.speed", "Times recorded speed, or max [1]");
  command.get_option("--speed")->type_name("N|max");
}

void AppContext::AddForFlag(CLI::App& command) {
  const auto check = [](const std::string& text) -> std::string {
    const auto span = config::ParseDuration(text);
    return span && *span > base::Nanos::zero()
               ? ""
               : "'" + text + "' is not a duration above 0 such as 30s, 5m or 2h";
  };
  const auto take = [this](const std::string& text) {
    run_for_ = config::ParseDuration(text).value_or(base::Nanos::zero());
  };
  command
      .add_option_function<std::string>("--for", take,
                                        "End by itself after this time, with exit code 0")
      ->type_name("DURATION")
      ->check(check);
}

void AppContext::SetAction(CLI::App& command, SettingsAction action) {
  SetPlainAction(command, [this, action = std::move(action)] {
    const auto loaded = Load();
    return loaded ? action(loaded->settings) : kExitUsage;
  });
}

void AppContext::SetPlainAction(CLI::App& command, PlainAction action) {
  command.callback([this, &command, action = std::move(action)] {
    command_name_ = command.get_name();
    action_ = action;
  });
}

std::vector<std::string> AppContext::ChildArguments() const {
  std::vector<std::string> arguments;
  if (!config_file_.empty()) {
    arguments.insert(arguments.end(), {"--config", config_file_});
  }
  for (const config::FlagValue& flag : flags_) {
    if (!IsSecret(flag)) {
      arguments.insert(arguments.end(), {"--set", flag.name + "=" + flag.value});
    }
  }
  return arguments;
}

std::vector<std::pair<std::string, std::string>> AppContext::ChildVariables() const {
  std::vector<std::pair<std::string, std::string>> variables;
  for (const config::FlagValue& flag : flags_) {
    if (IsSecret(flag)) {
      variables.emplace_back(config::EnvironmentName(flag.name), flag.value);
    }
  }
  return variables;
}

base::Result<config::Sources> AppContext::ReadSources() const {
  config::Sources sources{
      .file = {}, .environment = config::BulwarkEnvironment(environment_), .flags = flags_};
  const std::string file =
      config_file_.empty() ? ConfigFromEnvironment(environment_) : config_file_;
  if (!file.empty()) {
    auto text = config::ReadConfigFile(file);
    if (!text) {
      return base::Result<config::Sources>(tl::unexpect, text.error());
    }
    sources.file = *std::move(text);
  }
  return sources;
}

std::optional<config::Loaded> AppContext::Load() const {
  const auto sources = ReadSources();
  if (!sources) {
    fmt::print(stderr, "error: {}\n", sources.error().message);
    return std::nullopt;
  }
  auto loaded = config::LoadSettings(*sources);
  if (!loaded) {
    for (const config::Problem& problem : loaded.error()) {
      fmt::print(stderr, "error: {}\n", problem.ToString());
    }
    return std::nullopt;
  }
  base::SetLog(loaded->settings.log.level, command_name_);
  return *std::move(loaded);
}

int AppContext::Run() {
  ENSURE(action_ != nullptr);
  return action_();
}

std::optional<DataPaths> PathsOf(const config::Settings& settings) {
  auto paths = DataPaths::Create(settings.data);
  if (!paths) {
    fmt::print(stderr, "error: {}\n", paths.error().message);
    return std::nullopt;
  }
  return *std::move(paths);
}

}  // namespace bulwark::app

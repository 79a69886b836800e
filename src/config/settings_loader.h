// Makes the settings of one run from the defaults, a YAML file, the environment and flags.
//
// Shape:   default < file < environment < flags; within one kind the later wins. Every source is
//          checked, also where another one overrides it.
// Errors:  all problems together, in the order file, environment, flags, then what does not fit
//          together.
// Threads: any. Pure: reading the file (ReadConfigFile) and the environment is the caller's step.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "config/settings.h"
#include "config/yaml_source.h"

namespace bulwark::config {

// One `--set api.port=0`, or a flag of a subcommand that stands for a setting.
struct FlagValue {
  std::string flag;  // "--set", "--data": what the person typed.
  std::string name;
  std::string value;
};

struct Sources {
  std::optional<ConfigText> file;
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<FlagValue> flags;
};

// What one setting is, and why.
struct EffectiveValue {
  std::string name;
  std::string value;   // Canonical text; secrets masked.
  std::string origin;  // "default", "bulwark.yaml:12", "env BULWARK_API_PORT", "flag --set"
};

struct Loaded {
  Settings settings;
  std::vector<EffectiveValue> effective;  // In the order of the table.
};

using Problems = std::vector<Problem>;

tl::expected<Loaded, Problems> LoadSettings(const Sources& sources);

// Nothing configured.
Settings DefaultSettings();

// The BULWARK_* variables out of an `environ`; BULWARK_CONFIG names the file and is not a setting.
std::vector<std::pair<std::string, std::string>> BulwarkEnvironment(const char* const* environment);

// Splits "name=value". Empty when there is no '='.
std::optional<FlagValue> ParseSetFlag(std::string_view text);

}  // namespace bulwark::config

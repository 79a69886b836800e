// Turns a YAML configuration file into named texts with their places.
//
// Shape:   nested maps become dotted names; a name may also be written dotted. Sequences of words
//          become one text with commas. `instruments` is read whole.
// Errors:  ReadConfigFile(): kNotFound or kInvalidArgument, naming the path. ReadYaml() collects
//          problems and goes on: broken YAML, duplicate names, unknown names (with the nearest
//          known one), maps where a value belongs and the reverse, missing values. At most
//          kProblemsMax are kept.
// Threads: any. ReadConfigFile() blocks on the file.

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/setting_table.h"
#include "config/settings.h"

namespace bulwark::config {

inline constexpr std::size_t kConfigFileMax = 256UL * 1024;
inline constexpr std::size_t kProblemsMax = 100;

// One thing that is wrong, and where.
struct Problem {
  std::string place;    // "bulwark.yaml:12:7", "env BULWARK_API_PORT", "--set"
  std::string message;  // Names the setting, the value given, and what is allowed.
  int line = 0;         // Order within a file; 0 for the other places.
  int column = 0;

  [[nodiscard]] std::string ToString() const { return place + ": " + message; }
  bool operator==(const Problem&) const = default;
};

struct ConfigText {
  std::string name;  // As the person wrote it; begins each place.
  std::string text;
};

struct Origin {
  std::string place;  // Exact, for problems: "bulwark.yaml:12:7".
  std::string shown;  // For `config show`: "bulwark.yaml:12".
  int line = 0;       // As in Problem.
  int column = 0;
};

// A text for one setting. Requires: spec is not null.
struct Assignment {
  const SettingSpec* spec = nullptr;
  std::string text;
  std::vector<InstrumentSettings> instruments;  // In place of text, for that type only.
  Origin origin;
};

base::Result<ConfigText> ReadConfigFile(const std::filesystem::path& path);

// Appends in any order; SortProblems() brings what later steps add into the order of the file.
std::vector<Assignment> ReadYaml(const ConfigText& source, std::vector<Problem>& problems);

void SortProblems(std::vector<Problem>& problems);

// "unknown setting 'api.prot', did you mean 'api.port'?"
std::string UnknownSetting(std::string_view name);

}  // namespace bulwark::config

#include "config/settings_loader.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <tl/expected.hpp>

#include "base/ensure.h"
#include "config/nearest.h"
#include "config/setting_table.h"
#include "config/setting_text.h"
#include "config/setting_value.h"
#include "config/settings.h"
#include "config/settings_rules.h"
#include "config/yaml_source.h"

namespace bulwark::config {
namespace {

constexpr std::string_view kPrefix = "BULWARK_";
constexpr std::string_view kConfigVariable = "BULWARK_CONFIG";

Value DefaultOf(const SettingSpec& spec) {
  auto value = ParseValue(spec, spec.default_text);
  ENSURE(value.has_value());
  return *std::move(value);
}

// The value each row of the table has so far, and where it came from.
class Slots {
 public:
  Slots() {
    for (const SettingSpec& spec : AllSettings()) {
      slots_.push_back({&spec, DefaultOf(spec), {"default", "default", 0, 0}, false});
    }
  }

  void Apply(Assignment assignment, Problems& problems) {
    Slot& slot = Find(assignment.spec->name);
    slot.origin = assignment.origin;
    if (!assignment.instruments.empty()) {
      slot.value = std::move(assignment.instruments);
      return;
    }
    auto value = ParseValue(*assignment.spec, assignment.text);
    if (!value) {
      slot.is_bad = true;
      problems.push_back({assignment.origin.place,
                          fmt::format("{}: {}", assignment.spec->name, value.error().message),
                          assignment.origin.line, assignment.origin.column});
      return;
    }
    slot.value = *std::move(value);
  }

  [[nodiscard]] Settings Store() const {
    Settings settings;
    for (const Slot& slot : slots_) {
      slot.spec->store(settings, slot.value);
    }
    return settings;
  }

  // A rule is not asked when one of its settings already has a problem of its own.
  void CheckRules(const Settings& settings, Problems& problems) {
    for (const Rule& rule : AllRules()) {
      const Slot& slot = Find(rule.name);
      const Slot& other = rule.other.empty() ? slot : Find(rule.other);
      if (slot.is_bad || other.is_bad) {
        continue;
      }
      if (const auto wrong = rule.broken(settings)) {
        // The place a person can change: where one of the two was set.
        const Slot& given = slot.origin.place == "default" ? other : slot;
        problems.push_back({given.origin.place, fmt::format("{}: {}", rule.name, *wrong), 0, 0});
      }
    }
  }

  [[nodiscard]] std::vector<EffectiveValue> Show() const {
    std::vector<EffectiveValue> effective;
    effective.reserve(slots_.size());
    for (const Slot& slot : slots_) {
      effective.push_back(
          {std::string(slot.spec->name), ShowValue(*slot.spec, slot.value), slot.origin.shown});
    }
    return effective;
  }

 private:
  struct Slot {
    const SettingSpec* spec;
    Value value;
    Origin origin;
    bool is_bad;
  };

  Slot& Find(std::string_view name) {
    const auto found =
        std::ranges::find_if(slots_, [&](const Slot& slot) { return slot.spec->name == name; });
    ENSURE(found != slots_.end());
    return *found;
  }

  std::vector<Slot> slots_;
};

std::string WithoutPrefix(const std::string& variable) {
  ENSURE(variable.starts_with(kPrefix));
  return variable.substr(kPrefix.size());
}

void ApplyEnvironment(const Sources& sources, Slots& slots, Problems& problems) {
  std::vector<std::string> known;
  for (const SettingSpec& spec : AllSettings()) {
    known.push_back(WithoutPrefix(EnvironmentName(spec.name)));
  }
  for (const auto& [variable, text] : sources.environment) {
    const std::string place = "env " + variable.substr(0, kNameMax);
    const std::string name = WithoutPrefix(variable);
    const auto found = std::ranges::find(known, name);
    if (found != known.end()) {
      const SettingSpec& spec = AllSettings()[static_cast<std::size_t>(found - known.begin())];
      slots.Apply({&spec, text, {}, {place, place, 0, 0}}, problems);
      continue;
    }
    const auto nearest = Nearest(name, known);
    problems.push_back({place,
                        nearest
                            ? fmt::format("unknown variable, did you mean {}{}?", kPrefix, *nearest)
                            : "unknown variable; see `bulwark config docs`",
                        0, 0});
  }
}

void ApplyFlags(const Sources& sources, Slots& slots, Problems& problems) {
  for (const FlagValue& flag : sources.flags) {
    if (const SettingSpec* const spec = FindSetting(flag.name)) {
      slots.Apply({spec, flag.value, {}, {flag.flag, "flag " + flag.flag, 0, 0}}, problems);
    } else {
      problems.push_back({flag.flag, UnknownSetting(flag.name), 0, 0});
    }
  }
}

}  // namespace

tl::expected<Loaded, Problems> LoadSettings(const Sources& sources) {
  Problems problems;
  Slots slots;
  if (sources.file) {
    for (Assignment& assignment : ReadYaml(*sources.file, problems)) {
      slots.Apply(std::move(assignment), problems);
    }
    SortProblems(problems);
  }
  ApplyEnvironment(sources, slots, problems);
  ApplyFlags(sources, slots, problems);
  Settings settings = slots.Store();
  slots.CheckRules(settings, problems);
  if (!problems.empty()) {
    return tl::unexpected(std::move(problems));
  }
  return Loaded{std::move(settings), slots.Show()};
}

Settings DefaultSettings() {
  auto loaded = LoadSettings({});
  ENSURE(loaded.has_value());
  return std::move(loaded->settings);
}

std::vector<std::pair<std::string, std::string>> BulwarkEnvironment(
    const char* const* environment) {
  std::vector<std::pair<std::string, std::string>> result;
  for (; *environment != nullptr; ++environment) {
    const std::string_view entry = *environment;
    const std::size_t equals = entry.find('=');
    const std::string_view name = entry.substr(0, equals);
    if (name.starts_with(kPrefix) && name != kConfigVariable && equals != std::string_view::npos) {
      result.emplace_back(name, entry.substr(equals + 1));
    }
  }
  std::ranges::sort(result);
  return result;
}

std::optional<FlagValue> ParseSetFlag(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    return std::nullopt;
  }
  return FlagValue{"--set", std::string(text.substr(0, equals)),
                   std::string(text.substr(equals + 1))};
}

}  // namespace bulwark::config

// Rules that tie settings together, after each one alone is fine.
//
// Errors:  none; a broken rule is an answer.
// Threads: any.

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/settings.h"

namespace bulwark::config {

struct Rule {
  std::string_view name;   // The setting that is reported.
  std::string_view other;  // The setting it must fit to; empty when it stands alone.
  // What is wrong, with the values; empty when nothing is.
  std::optional<std::string> (*broken)(const Settings&);
};

std::span<const Rule> AllRules();

}  // namespace bulwark::config

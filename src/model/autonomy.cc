#include "model/autonomy.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace bulwark::model {
namespace {

constexpr std::array<std::string_view, kAutonomyModes> kModes = {
    "PAPER_ONLY", "MANUAL_APPROVAL", "BOUNDED_AUTONOMOUS", "FULL_AUTONOMOUS"};

}  // namespace

std::string_view Name(AutonomyMode value) {
  return kModes.at(static_cast<std::size_t>(value));
}

std::optional<AutonomyMode> AutonomyModeFromName(std::string_view name) {
  for (std::size_t at = 0; at < kModes.size(); ++at) {
    if (kModes.at(at) == name) {
      return static_cast<AutonomyMode>(at);
    }
  }
  return std::nullopt;
}

}  // namespace bulwark::model

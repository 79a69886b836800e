#include "model/stop_mode.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace bulwark::model {
namespace {

constexpr std::array<std::string_view, kStopModes> kModes = {"active", "reduce_only", "killed",
                                                             "cancel_only", "halted"};

}  // namespace

std::string_view Name(StopMode value) {
  return kModes.at(static_cast<std::size_t>(value));
}

std::optional<StopMode> StopModeFromName(std::string_view name) {
  for (std::size_t at = 0; at < kModes.size(); ++at) {
    if (kModes.at(at) == name) {
      return static_cast<StopMode>(at);
    }
  }
  return std::nullopt;
}

}  // namespace bulwark::model

#include "model/stop_mode.h"

#include <array>
#include <cstddef>
#include <string_view>

namespace bulwark::model {
namespace {

constexpr std::array<std::string_view, kStopModes> kModes = {"active", "killed", "halted"};

}  // namespace

std::string_view Name(StopMode value) {
  return kModes.at(static_cast<std::size_t>(value));
}

}  // namespace bulwark::model

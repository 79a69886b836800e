// How much of trading a stop leaves.
//
// Shape:   modes are ordered: of several stops the most severe is in force. kKilled is the kill
//          switch, kHalted is HALT; kReduceOnly and kCancelOnly are set for a scope
//          (scoped_modes.h).
// Threads: values.
// Source:  docs/risk.md#halt-lattice

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace bulwark::model {

enum class StopMode : std::uint8_t { kActive, kReduceOnly, kKilled, kCancelOnly, kHalted };
constexpr int kStopModes = 5;

std::string_view Name(StopMode value);  // active reduce_only killed cancel_only halted
std::optional<StopMode> StopModeFromName(std::string_view name);

}  // namespace bulwark::model

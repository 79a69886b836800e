// How much of trading a stop leaves.
//
// Shape:   modes are ordered: of several stops the most severe is in force. kKilled is the kill
//          switch, kHalted is HALT.
// Threads: values.
// Source:  docs/risk.md#halt-lattice

#pragma once

#include <cstdint>
#include <string_view>

namespace bulwark::model {

enum class StopMode : std::uint8_t { kActive, kKilled, kHalted };
constexpr int kStopModes = 3;

std::string_view Name(StopMode value);  // active killed halted
}  // namespace bulwark::model

// How much the program may do without a person.
//
// Shape:   modes are ordered: each next one leaves less to a person. ModeTurn is a row of the
//          ledger; the newest is in force.
// Threads: values.
// Source:  contract section 4.7, docs/risk.md#autonomy

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace bulwark::model {

enum class AutonomyMode : std::uint8_t {
  kPaperOnly,
  kManualApproval,
  kBoundedAutonomous,
  kFullAutonomous,
};
constexpr std::size_t kAutonomyModes = 4;
constexpr std::array<AutonomyMode, kAutonomyModes> kAllAutonomyModes = {
    AutonomyMode::kPaperOnly, AutonomyMode::kManualApproval, AutonomyMode::kBoundedAutonomous,
    AutonomyMode::kFullAutonomous};

// PAPER_ONLY MANUAL_APPROVAL BOUNDED_AUTONOMOUS FULL_AUTONOMOUS
std::string_view Name(AutonomyMode value);
std::optional<AutonomyMode> AutonomyModeFromName(std::string_view name);

struct ModeTurn {
  std::uint64_t sequence = 0;  // 0: nobody ever changed it, the setting is in force.
  AutonomyMode mode = AutonomyMode::kPaperOnly;
  std::string reason;
  std::string actor;
  base::UnixNanos at;
};

}  // namespace bulwark::model

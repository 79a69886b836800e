// What each stop lets pass: the truth table of the stops, once, in code.
//
// Shape:   a row per mode from the mildest to the most severe, a column per kind of request. The
//          gate's stop guards and docs/risk.md#halt-lattice are made from it.
// Errors:  none.
// Threads: constants and pure functions.
// Source:  docs/risk.md#halt-lattice, contract section 8.1

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "model/order.h"
#include "model/stop_mode.h"

namespace bulwark::risk {

enum class Request : std::uint8_t {
  kEntry,
  kStrategyExit,
  kProtectiveExit,  // Of a person too.
  kLiquidation,
  kCancel,
  kReplace,  // Of an entry that works; an exit's replacement counts as an exit.
};
constexpr int kRequests = 6;

enum class Permission : std::uint8_t {
  kNever,
  kYes,
  kIfAllowed,  // With kill.allow_strategy_exits.
};

struct LatticeRow {
  model::StopMode mode;
  std::string_view set_by;
  std::array<Permission, kRequests> permissions;
};

const std::array<LatticeRow, model::kStopModes>& HaltLattice();
std::string_view Name(Request request);

bool Allows(model::StopMode mode, Request request, bool allow_strategy_exits);
constexpr model::StopMode MoreSevere(model::StopMode a, model::StopMode b) {
  return a < b ? b : a;
}

Request RequestOf(const model::NewOrder& order);

}  // namespace bulwark::risk

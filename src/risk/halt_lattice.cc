#include "risk/halt_lattice.h"

#include <array>
#include <cstddef>
#include <string_view>

#include "model/order.h"
#include "model/stop_mode.h"

namespace bulwark::risk {
namespace {

using enum Permission;
using model::StopMode;

//                                        entry  strategy    protective liquidation cancel replace
constexpr std::array<LatticeRow, model::kStopModes> kLattice = {{
    {StopMode::kActive, "nothing", {kYes, kYes, kYes, kYes, kYes, kYes}},
    {StopMode::kReduceOnly, "`bulwark scope`", {kNever, kYes, kYes, kYes, kYes, kNever}},
    {StopMode::kKilled, "kill switch", {kNever, kIfAllowed, kYes, kYes, kYes, kNever}},
    {StopMode::kCancelOnly, "`bulwark scope`", {kNever, kNever, kNever, kYes, kYes, kNever}},
    {StopMode::kHalted, "HALT", {kNever, kNever, kNever, kYes, kYes, kNever}},
}};

constexpr std::array<std::string_view, kRequests> kRequestNames = {
    "entry", "strategy exit", "protective or operator exit", "liquidation", "cancel", "replace"};

constexpr bool IsInOrder() {
  for (std::size_t at = 0; at < kLattice.size(); ++at) {
    if (static_cast<std::size_t>(kLattice.at(at).mode) != at) {
      return false;
    }
  }
  return true;
}
static_assert(IsInOrder());

}  // namespace

const std::array<LatticeRow, model::kStopModes>& HaltLattice() {
  return kLattice;
}

std::string_view Name(Request request) {
  return kRequestNames.at(static_cast<std::size_t>(request));
}

bool Allows(StopMode mode, Request request, bool allow_strategy_exits) {
  const Permission permission =
      kLattice.at(static_cast<std::size_t>(mode)).permissions.at(static_cast<std::size_t>(request));
  return permission == kYes || (permission == kIfAllowed && allow_strategy_exits);
}

Request RequestOf(const model::NewOrder& order) {
  if (!order.reduce_only) {
    return Request::kEntry;
  }
  if (order.origin == model::Origin::kLiquidation) {
    return Request::kLiquidation;
  }
  return order.origin == model::Origin::kStrategy ? Request::kStrategyExit
                                                  : Request::kProtectiveExit;
}

}  // namespace bulwark::risk

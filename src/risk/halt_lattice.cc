#include "risk/halt_lattice.h"

#include <array>
#include <cstddef>
#include <string_view>

#include "model/order.h"
#include "model/stop_mode.h"

namespace bulwark::risk {
namespace {

using enum Leave;
using model::StopMode;

//                                        entry  strategy    protective liquidation cancel replace
constexpr std::array<LatticeRow, model::kStopModes> kLattice = {{
    {StopMode::kActive, "nothing", {kYes, kYes, kYes, kYes, kYes, kYes}},
    {StopMode::kKilled, "kill switch", {kNever, kIfAllowed, kYes, kYes, kYes, kNever}},
    {StopMode::kHalted, "HALT", {kNever, kNever, kNever, kYes, kYes, kNever}},
}};

constexpr std::array<std::string_view, kWishes> kWishNames = {
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

std::string_view Name(Wish wish) {
  return kWishNames.at(static_cast<std::size_t>(wish));
}

bool Allows(StopMode mode, Wish wish, bool allow_strategy_exits) {
  const Leave leave =
      kLattice.at(static_cast<std::size_t>(mode)).leave.at(static_cast<std::size_t>(wish));
  return leave == kYes || (leave == kIfAllowed && allow_strategy_exits);
}

Wish WishOf(const model::NewOrder& order) {
  if (!order.reduce_only) {
    return Wish::kEntry;
  }
  if (order.origin == model::Origin::kLiquidation) {
    return Wish::kLiquidation;
  }
  return order.origin == model::Origin::kStrategy ? Wish::kStrategyExit : Wish::kProtectiveExit;
}

}  // namespace bulwark::risk

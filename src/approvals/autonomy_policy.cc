#include "approvals/autonomy_policy.h"

#include <array>
#include <cstddef>
#include <optional>

#include "base/decimal.h"
#include "model/autonomy.h"
#include "model/order.h"

namespace bulwark::approvals {
namespace {

using model::AutonomyMode;

constexpr std::array<ModePolicy, model::kAutonomyModes> kPolicies = {{
    {.mode = AutonomyMode::kPaperOnly,
     .asks = Asks::kNever,
     .may_trade_live = false,
     .meaning = "trades by itself, on a paper venue only"},
    {.mode = AutonomyMode::kManualApproval,
     .asks = Asks::kAlways,
     .may_trade_live = true,
     .meaning = "every entry waits for a person"},
    {.mode = AutonomyMode::kBoundedAutonomous,
     .asks = Asks::kAboveWorth,
     .may_trade_live = true,
     .meaning = "entries above autonomy.bounded_notional wait for a person"},
    {.mode = AutonomyMode::kFullAutonomous,
     .asks = Asks::kNever,
     .may_trade_live = true,
     .meaning = "trades by itself"},
}};

}  // namespace

const std::array<ModePolicy, model::kAutonomyModes>& ModePolicies() {
  return kPolicies;
}

const ModePolicy& PolicyOf(model::AutonomyMode mode) {
  return kPolicies.at(static_cast<std::size_t>(mode));
}

bool NeedsPerson(model::AutonomyMode mode, const AskedOrder& asked) {
  if (asked.order.reduce_only || asked.order.origin != model::Origin::kStrategy) {
    return false;
  }
  switch (PolicyOf(mode).asks) {
    case Asks::kNever:
      return false;
    case Asks::kAlways:
      return true;
    case Asks::kAboveWorth:
      break;
  }
  const auto worth =
      asked.price ? base::CheckedMul(asked.order.quantity, *asked.price, base::Rounding::kCeiling)
                  : std::nullopt;
  return !worth || *worth > asked.worth_max;
}

}  // namespace bulwark::approvals

// Which orders of a strategy wait for a person: the policy of each mode, as one table.
//
// Shape:   an order that only reduces, and one that a person asked for, never waits. An order whose
//          worth is not known waits wherever worth decides.
// Units:   worth in quote units.
// Threads: pure; any.
// Source:  contract section 4.7, docs/approvals.md#modes

#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/decimal.h"
#include "base/time.h"
#include "model/autonomy.h"
#include "model/order.h"

namespace bulwark::approvals {

enum class Asks : std::uint8_t {
  kNever,
  kAlways,
  kAboveWorth,  // Orders that are worth more than the limit of the mode.
};

struct ModePolicy {
  model::AutonomyMode mode = model::AutonomyMode::kPaperOnly;
  Asks asks = Asks::kAlways;
  bool may_trade_live = false;
  std::string_view meaning;  // For people.
};

// In the order of the enumeration.
const std::array<ModePolicy, model::kAutonomyModes>& ModePolicies();
const ModePolicy& PolicyOf(model::AutonomyMode mode);

struct ApprovalRules {
  base::Nanos lifetime{std::chrono::minutes{15}};            // Of a proposal.
  base::Decimal collar_percent = base::Decimal::FromInt(1);  // How far the market may have moved.
  base::Decimal worth_max = base::Decimal::FromInt(10'000);  // Of what BOUNDED lets pass.
};

struct AskedOrder {
  const model::NewOrder& order;
  std::optional<base::Decimal> price;  // That values it; empty when nobody knows one.
  base::Decimal worth_max;             // Of an order that BOUNDED_AUTONOMOUS lets pass.
};
bool NeedsPerson(model::AutonomyMode mode, const AskedOrder& asked);

}  // namespace bulwark::approvals

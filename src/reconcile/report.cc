#include "reconcile/report.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "model/adjustment.h"
#include "model/instrument.h"
#include "reconcile/difference.h"

namespace bulwark::reconcile {
namespace {

constexpr std::array<std::string_view, 2> kTriggers{"START", "WATCH"};
constexpr std::array<std::string_view, 3> kProposals{"NONE", "ADJUST", "GIVE_UP"};
constexpr std::array<std::string_view, 2> kVerbs{"ACCEPT", "ADOPT"};

template <class Enum, std::size_t N>
std::optional<Enum> Find(const std::array<std::string_view, N>& words, std::string_view word) {
  for (std::size_t at = 0; at < N; ++at) {
    if (words.at(at) == word) {
      return static_cast<Enum>(at);
    }
  }
  return std::nullopt;
}

std::optional<base::Decimal> CostOf(base::Decimal quantity, base::Decimal price) {
  return base::CheckedMul(quantity, price, base::Rounding::kHalfEven);
}

std::string Signed(base::Decimal amount) {
  return (amount.is_negative() ? "" : "+") + amount.ToString();
}

}  // namespace

Proposal ProposalFor(const Difference& difference) {
  switch (difference.kind) {
    case Kind::kPositionDrift:
      if (!difference.instrument) {
        return {};  // Nothing of ours could hold it; its instrument must be configured first.
      }
      if (difference.price && !CostOf(difference.delta(), *difference.price)) {
        return {};  // Worth more than can be booked.
      }
      return {
          .kind = ProposalKind::kAdjust, .quantity = difference.delta(), .price = difference.price};
    case Kind::kCashDrift:
      return {.kind = ProposalKind::kAdjust, .cash = difference.delta()};
    case Kind::kOrderNotWorking:
      return {.kind = ProposalKind::kGiveUp};
    default:
      return {};
  }
}

std::string AdjustmentId(std::uint64_t item) {
  return "reconcile:" + std::to_string(item);
}

model::Adjustment AdjustmentFor(const Decision& decision, const Difference& difference) {
  const Proposal proposal = ProposalFor(difference);
  model::Adjustment adjustment{.kind = model::AdjustmentKind::kAcceptedCash,
                               .cash = proposal.cash,
                               .actor = model::Actor::Cut(decision.actor)};
  adjustment.id = decltype(adjustment.id)::Cut(AdjustmentId(decision.item.id));
  if (difference.kind != Kind::kCashDrift && difference.instrument) {
    adjustment.kind = model::AdjustmentKind::kAcceptedPosition;
    adjustment.instrument = *difference.instrument;
    const auto cost = CostOf(proposal.quantity, proposal.price.value_or(base::Decimal()));
    adjustment.taken = {.quantity = proposal.quantity, .cost = cost.value_or(base::Decimal())};
  }
  return adjustment;
}

std::string Describe(const Proposal& proposal, const Difference& difference) {
  switch (proposal.kind) {
    case ProposalKind::kNone:
      break;
    case ProposalKind::kGiveUp:
      return "end order " + difference.order_id.ToString() + " in our books";
    case ProposalKind::kAdjust:
      if (difference.kind == Kind::kCashDrift) {
        return "book cash " + Signed(proposal.cash);
      }
      return "book position " + std::string(difference.symbol.view()) + " " +
             Signed(proposal.quantity) +
             (proposal.price ? " at " + proposal.price->ToString() : " at no cost");
  }
  return "";
}

std::string_view Name(Trigger trigger) {
  return kTriggers.at(static_cast<std::size_t>(trigger));
}
std::string_view Name(ProposalKind kind) {
  return kProposals.at(static_cast<std::size_t>(kind));
}
std::string_view Name(Verb verb) {
  return kVerbs.at(static_cast<std::size_t>(verb));
}
std::optional<Trigger> TriggerFromName(std::string_view name) {
  return Find<Trigger>(kTriggers, name);
}
std::optional<ProposalKind> ProposalKindFromName(std::string_view name) {
  return Find<ProposalKind>(kProposals, name);
}
std::optional<Verb> VerbFromName(std::string_view name) {
  return Find<Verb>(kVerbs, name);
}

}  // namespace bulwark::reconcile

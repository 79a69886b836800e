#include "approvals/proposal_book.h"

#include <algorithm>
#include <optional>

#include "base/ensure.h"
#include "model/order.h"
#include "model/proposal.h"

namespace bulwark::approvals {

model::Proposal Ended(const model::Proposal& proposal, const Ending& ending) {
  ENSURE(model::IsOpen(proposal.state) && !model::IsOpen(ending.state));
  model::Proposal ended = proposal;
  ended.state = ending.state;
  ended.reason = model::ProposalReason::Cut(ending.reason);
  ended.updated_at = ending.at;
  return ended;
}

bool IsSameWish(const model::NewOrder& one, const model::NewOrder& other) {
  return one.instrument == other.instrument && one.side == other.side &&
         one.intent == other.intent && one.strategy == other.strategy;
}

bool ProposalBook::Add(const model::Proposal& proposal) {
  ENSURE(proposal.state == model::ProposalState::kPending);
  ENSURE(std::none_of(pending_.begin(), pending_.end(), [&](const model::Proposal& other) {
    return other.id == proposal.id || IsSameWish(other.order, proposal.order);
  }));
  if (is_full()) {
    return false;
  }
  pending_.push_back(proposal);
  return true;
}

std::optional<model::Proposal> ProposalBook::Take(const model::OrderId& id) {
  const auto found = std::find_if(pending_.begin(), pending_.end(),
                                  [&](const auto& proposal) { return proposal.id == id; });
  if (found == pending_.end()) {
    return std::nullopt;
  }
  const model::Proposal taken = *found;
  pending_.erase(found);
  return taken;
}

}  // namespace bulwark::approvals

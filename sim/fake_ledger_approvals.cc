// What the simulated ledger keeps of orders that wait for a person, of answers and of modes.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/time.h"
#include "ledger/approval_log.h"
#include "ledger/recovered_books.h"
#include "model/autonomy.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/proposal.h"
#include "model/switches.h"
#include "sim/context.h"
#include "sim/fake_ledger.h"

namespace bulwark::sim {

using base::Result;
using model::AutonomyMode;
using model::ProposalState;

// What has ended stays as it ended.
void Disk::Put(const model::Proposal& proposal) {
  const auto [row, is_new] = proposals.try_emplace(proposal.id, proposal);
  if (!is_new && model::IsOpen(row->second.state)) {
    row->second.state = proposal.state;
    row->second.reason = proposal.reason;
    row->second.updated_at = proposal.updated_at;
  }
}

bool Disk::Answer(const ledger::Answer& answer) {
  const auto row = proposals.find(answer.proposal_id);
  const bool is_approval = answer.verdict == model::Verdict::kApprove;
  const bool is_stopped = switches.halt.is_on || switches.kill.is_on;
  if (row == proposals.end() || row->second.state != ProposalState::kPending ||
      (is_approval && (is_stopped || row->second.expires_at <= answer.at))) {
    return false;
  }
  row->second.state = is_approval ? ProposalState::kClaimed : ProposalState::kRejected;
  ledger::Answer stored = answer;
  stored.sequence = answers.size() + 1;
  answers.push_back(std::move(stored));
  return true;
}

void Disk::StandDown(const model::SwitchTurn& turn) {
  const bool is_kill = turn.which == model::Switch::kKill;
  for (auto& [id, proposal] : proposals) {
    if (proposal.state == ProposalState::kPending) {
      proposal.state = ProposalState::kCancelled;
      proposal.reason = model::ProposalReason(is_kill ? "KILL_SWITCH" : "HALTED");
    }
  }
  if (is_kill && mode && mode->mode > AutonomyMode::kManualApproval) {
    SetMode(AutonomyMode::kManualApproval, turn.at);
  }
}

const model::Proposal* Disk::NewestProposal(model::InstrumentId instrument) const {
  const model::Proposal* newest = nullptr;
  for (const auto& [id, proposal] : proposals) {
    if (proposal.order.instrument == instrument &&
        (newest == nullptr || proposal.created_at >= newest->created_at)) {
      newest = &proposal;
    }
  }
  return newest;
}

void Disk::SetMode(AutonomyMode to, base::UnixNanos at) {
  mode = model::ModeTurn{.sequence = mode ? mode->sequence + 1 : 1, .mode = to, .at = at};
}

Result<void> FakeLedger::EnsureMode(const model::ModeTurn& opening) {
  if (const auto reached = Reach("ledger mode"); !reached) {
    return reached;
  }
  if (!disk_.mode) {
    disk_.SetMode(opening.mode, opening.at);
  }
  return {};
}

Result<ledger::ApprovalNews> FakeLedger::ReadApprovals(std::uint64_t after) {
  if (is_dead() || context_.scheduler.now() < disk_.unreadable_until) {
    return base::Fail(base::ErrorCode::kUnavailable, "sim.db: cannot be read");
  }
  ledger::ApprovalNews news{.mode = disk_.mode};
  for (const ledger::Answer& answer : disk_.answers) {
    if (answer.sequence > after) {
      news.answers.push_back(answer);
    }
  }
  return news;
}

void FakeLedger::RecoverApprovals(ledger::RecoveredBooks& books) {
  for (const auto& [id, proposal] : disk_.proposals) {
    if (!model::IsOpen(proposal.state)) {
      continue;
    }
    books.proposals.push_back(proposal);
    if (disk_.HasIntent(id)) {
      books.proposals.back().state = ProposalState::kSubmitted;
    }
  }
  books.mode = disk_.mode;
  books.last_answer = disk_.answers.size();
}

}  // namespace bulwark::sim

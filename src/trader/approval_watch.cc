#include "trader/approval_watch.h"

#include <string>

#include "base/log.h"
#include "ledger/approval_log.h"
#include "model/autonomy.h"
#include "model/event.h"
#include "model/proposal.h"

namespace bulwark::trader {

bool ApprovalWatch::DoWork() {
  const auto news = ledger_.ReadApprovals(after_);
  if (!news) {
    base::LogError("watcher_cannot_read_approvals").With("error", news.error());
    return false;
  }
  if (const auto& turn = news->mode) {
    if (turn->mode != start_.mode) {
      base::LogWarn("autonomy_mode_read").With("mode", Name(turn->mode));
    }
    start_.mode = turn->mode;
    start_.since = turn->at;
  }
  for (const ledger::Answer& answer : news->answers) {
    if (!Tell(answer)) {
      break;  // Full: it is tried again with the next round.
    }
    after_ = answer.sequence;
  }
  return true;
}

bool ApprovalWatch::Tell(const ledger::Answer& answer) {
  const std::string said =
      "rejected by " + answer.actor + (answer.reason.empty() ? "" : ": " + answer.reason);
  const bool is_taken = queues_.guard_news.TryPush(
      model::ProposalDecided{.proposal_id = answer.proposal_id,
                             .verdict = answer.verdict,
                             .actor = model::ActorName::Cut(answer.actor),
                             .reason = model::ProposalReason::Cut(said),
                             .at = clock_.WallNow()});
  queues_.bells.engine.Ring();
  return is_taken;
}

}  // namespace bulwark::trader

#include "stateplane/approval_mirror.h"

#include <string>

#include "contract/approval_document.h"
#include "contract/keys.h"
#include "model/action.h"
#include "model/autonomy.h"
#include "model/proposal.h"
#include "redis/command.h"

namespace bulwark::stateplane {

void ApprovalMirror::Put(const model::Proposal& proposal) {
  if (model::IsOpen(proposal.state)) {
    open_.insert_or_assign(proposal.id, proposal);
  } else {
    open_.erase(proposal.id);
  }
  changed_.push_back(proposal.id);
  is_dirty_ = true;
}

void ApprovalMirror::Put(const model::AutonomyChanged& change) {
  if (change.from != change.mode) {
    std::string entry;
    contract::EncodeModeChange(entry, change);
    unlogged_.push_back(entry);
  }
  mode_ = change;
  is_dirty_ = true;
}

void ApprovalMirror::Compose(redis::Pipeline& out) {
  const contract::Key hash = contract::keys::PendingApprovals();
  const auto set = [&](const model::Proposal& proposal) {
    std::string document;
    contract::EncodeProposedOrder(document, proposal,
                                  instruments_[proposal.order.instrument].symbol.view());
    out.Add({"HSET", hash.view(), proposal.id.ToString(), document});
  };
  if (is_whole_dirty_) {
    out.Add({"DEL", hash.view()});
    for (const auto& [id, proposal] : open_) {
      set(proposal);
    }
    ComposeMode(out);
    return;
  }
  for (const model::OrderId& id : changed_) {
    const auto found = open_.find(id);
    if (found != open_.end()) {
      set(found->second);
    } else {
      out.Add({"HDEL", hash.view(), id.ToString()});
    }
  }
  ComposeMode(out);
}

void ApprovalMirror::ComposeMode(redis::Pipeline& out) const {
  if (!mode_) {
    return;
  }
  std::string since;
  contract::EncodeModeSince(since, mode_->since);
  out.Add({"SET", contract::keys::AutonomyMode().view(), Name(mode_->mode)});
  out.Add({"SET", contract::keys::AutonomyModeSince().view(), since});
  const contract::Key log = contract::keys::AutonomyLog();
  for (const std::string& entry : unlogged_) {
    out.Add({"RPUSH", log.view(), entry});
    out.Add({"LTRIM", log.view(), std::to_string(-kLogMax), "-1"});
  }
}

void ApprovalMirror::Confirm() {
  changed_.clear();
  unlogged_.clear();
  is_dirty_ = false;
  is_whole_dirty_ = false;
}

void ApprovalMirror::MarkAllDirty() {
  is_dirty_ = true;
  is_whole_dirty_ = true;
}

}  // namespace bulwark::stateplane

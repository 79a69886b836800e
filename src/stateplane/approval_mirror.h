// The orders that wait for a person and the mode of autonomy as Redis should show them.
//
// Shape:   keeps what is open, so that it can be written again when the server lost it. The log of
//          modes gets what changed while this trader ran.
// Threads: one thread.
// Source:  contract sections 1.7, 4.7, 4.8

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/action.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/proposal.h"
#include "redis/command.h"

namespace bulwark::stateplane {

class ApprovalMirror {
 public:
  // Changes of the mode that Redis keeps.
  static constexpr int kLogMax = 1'000;

  explicit ApprovalMirror(const model::InstrumentTable& instruments) : instruments_(instruments) {}

  void Put(const model::Proposal& proposal);
  void Put(const model::AutonomyChanged& change);
  [[nodiscard]] bool Has(const model::OrderId& id) const { return open_.contains(id); }

  void Compose(redis::Pipeline& out);
  // The last composition was stored.
  void Confirm();
  // The server may have lost anything.
  void MarkAllDirty();
  [[nodiscard]] bool is_dirty() const { return is_dirty_; }

 private:
  void ComposeMode(redis::Pipeline& out) const;

  const model::InstrumentTable& instruments_;
  std::map<model::OrderId, model::Proposal> open_;
  std::vector<model::OrderId> changed_;
  std::optional<model::AutonomyChanged> mode_;
  std::vector<std::string> unlogged_;
  bool is_dirty_ = true;
  bool is_whole_dirty_ = true;
};

}  // namespace bulwark::stateplane

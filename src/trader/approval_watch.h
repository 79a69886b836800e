// Brings the engine what people answered to proposals, and says which mode of autonomy is in force.
//
// Shape:   asks the ledger in each round of the watcher. An answer is handed over once, in the
//          order of the ledger; a mode that nobody ever changed is that of the start.
// Errors:  DoWork() answers false when the ledger could not be read; the mode stays as it was.
// Threads: the watcher's thread.
// Owner:   all references must outlive it.
// Source:  docs/approvals.md#life-of-an-approval

#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/time.h"
#include "ledger/approval_log.h"
#include "ledger/ledger_store.h"
#include "model/autonomy.h"
#include "trader/queues.h"

namespace bulwark::trader {

struct ApprovalStart {
  model::AutonomyMode mode = model::AutonomyMode::kPaperOnly;
  base::UnixNanos since;
  std::uint64_t last_answer = 0;  // What was answered before the start is settled by it.
};

class ApprovalWatch {
 public:
  ApprovalWatch(ledger::LedgerStore& ledger, Queues& queues, const base::Clock& clock,
                const ApprovalStart& start)
      : ledger_(ledger), queues_(queues), clock_(clock), start_(start), after_(start.last_answer) {}

  bool DoWork();

  [[nodiscard]] model::AutonomyMode mode() const { return start_.mode; }
  [[nodiscard]] base::UnixNanos since() const { return start_.since; }

 private:
  bool Tell(const ledger::Answer& answer);

  ledger::LedgerStore& ledger_;
  Queues& queues_;
  const base::Clock& clock_;
  ApprovalStart start_;  // Its mode follows the ledger.
  std::uint64_t after_;
};

}  // namespace bulwark::trader

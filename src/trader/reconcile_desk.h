// Keeps the reconciler's reports in the ledger, and brings it what a person decided about them.
//
// Shape:   a report is stored before anybody is told of it. A decision is handed over once and
//          finished when the reconciler says what became of it; a decision without an outcome is
//          handed over again after a restart, and its adjustment is booked once at most.
// Errors:  none to the outside: what cannot be written is tried again.
// Threads: DoWork() on its own thread; blocks on the disk.
// Owner:   the store is this thread's own; all references must outlive it.
// Source:  docs/reconciliation.md#deciding

#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <set>

#include "base/clock.h"
#include "base/time.h"
#include "ledger/report_store.h"
#include "model/instrument.h"
#include "reconcile/report.h"
#include "trader/queues.h"

namespace bulwark::trader {

class ReconcileDesk {
 public:
  // `instruments` is borrowed.
  ReconcileDesk(std::unique_ptr<ledger::ReportStore> store,
                const model::InstrumentTable& instruments, Queues& queues,
                const base::Clock& clock = base::SystemClock());

  int DoWork();

 private:
  bool KeepReports();
  bool KeepOutcomes();
  void BringDecisions();
  bool Failed(const base::Error& error);

  std::unique_ptr<ledger::ReportStore> store_;
  const model::InstrumentTable& instruments_;
  Queues& queues_;
  const base::Clock& clock_;
  std::deque<reconcile::Report> reports_;            // Taken, not stored yet.
  std::deque<reconcile::DecisionOutcome> outcomes_;  // Taken, not stored yet.
  std::set<std::uint64_t> brought_;                  // Decisions with the reconciler.
  base::Nanos look_at_{0};
  bool is_failing_ = false;
};

}  // namespace bulwark::trader

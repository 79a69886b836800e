// Reconciliation's reports, decisions and outcomes as rows of the ledger.
//
// Shape:   as report_store.h. A report and its items are one transaction; ids grow by one. An order
//          that a report called foreign or unjournaled is known as such from then on.
// Errors:  as ledger::Ledger; kCorrupt for words that no report has.
// Threads: the thread of its ledger. Blocks on the disk.
// Owner:   owns its ledger.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ledger/ledger.h"
#include "ledger/report_store.h"
#include "model/instrument.h"
#include "reconcile/report.h"

namespace bulwark::ledger {

class ReportLog final : public ReportStore {
 public:
  explicit ReportLog(std::unique_ptr<Ledger> ledger) : ledger_(std::move(ledger)) {}

  base::Result<reconcile::Report> SaveReport(const reconcile::Report& report,
                                             const model::InstrumentTable& table) override;
  base::Result<std::optional<StoredReport>> NewestReport() override;
  base::Result<std::uint64_t> Decide(std::uint64_t item, reconcile::Verb verb,
                                     const std::string& actor, base::UnixNanos at) override;
  base::Result<std::vector<reconcile::Decision>> OpenDecisions() override;
  base::Result<void> SaveOutcome(const reconcile::DecisionOutcome& outcome,
                                 base::UnixNanos at) override;
  // Empty while it is open.
  base::Result<std::optional<std::string>> OutcomeOf(std::uint64_t decision);

 private:
  std::unique_ptr<Ledger> ledger_;
};

}  // namespace bulwark::ledger

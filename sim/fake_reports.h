// Where a simulated ledger keeps reconciliation's reports; they survive on its disk.
//
// Errors:  as ledger/report_store.h, and what a disk does: locked, full.
// Threads: one.
// Source:  ledger/report_log.cc

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ledger/report_store.h"
#include "model/instrument.h"
#include "reconcile/report.h"
#include "sim/context.h"
#include "sim/fake_ledger.h"

namespace bulwark::sim {

class FakeReports final : public ledger::ReportStore {
 public:
  FakeReports(Context& context, Disk& disk) : context_(context), disk_(disk) {}

  base::Result<reconcile::Report> SaveReport(const reconcile::Report& report,
                                             const model::InstrumentTable& table) override;
  base::Result<std::optional<ledger::StoredReport>> NewestReport() override;
  base::Result<std::uint64_t> Decide(std::uint64_t item, reconcile::Verb verb,
                                     const std::string& actor, base::UnixNanos at) override;
  base::Result<std::vector<reconcile::Decision>> OpenDecisions() override;
  base::Result<void> SaveOutcome(const reconcile::DecisionOutcome& outcome,
                                 base::UnixNanos at) override;

 private:
  base::Result<void> Reach(std::string_view call);

  Context& context_;
  Disk& disk_;
};

}  // namespace bulwark::sim

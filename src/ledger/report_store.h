// Where reconciliation keeps its reports, a person's decisions and what became of them.
//
// Shape:   rows are only added. A decision whose adjustment is booked counts as done.
// Errors:  as ledger::Ledger, which is the real one.
// Threads: one at a time per object.
// Source:  docs/reconciliation.md#the-report

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/instrument.h"
#include "reconcile/report.h"

namespace bulwark::ledger {

// What the newest report says, and what was decided about its items.
struct StoredItem {
  reconcile::Item item;
  std::string decision;  // "ACCEPT by human"; empty for none.
  std::string outcome;   // Empty while it is open.
};

struct StoredReport {
  std::uint64_t id = 0;
  std::uint64_t epoch = 0;
  base::UnixNanos at;
  std::string text;
  std::vector<StoredItem> items;
};

class ReportStore {
 public:
  ReportStore() = default;
  virtual ~ReportStore() = default;
  ReportStore(const ReportStore&) = delete;
  ReportStore& operator=(const ReportStore&) = delete;
  ReportStore(ReportStore&&) = delete;
  ReportStore& operator=(ReportStore&&) = delete;

  // Answers the report with its ids. Foreign and unjournaled orders in it are remembered as such.
  virtual base::Result<reconcile::Report> SaveReport(const reconcile::Report& report,
                                                     const model::InstrumentTable& table) = 0;
  // Empty before the first one.
  virtual base::Result<std::optional<StoredReport>> NewestReport() = 0;
  // kNotFound: no such item in the newest report. kConflict: it was decided already.
  virtual base::Result<std::uint64_t> Decide(std::uint64_t item, reconcile::Verb verb,
                                             const std::string& actor, base::UnixNanos at) = 0;
  // Without an outcome; oldest first.
  virtual base::Result<std::vector<reconcile::Decision>> OpenDecisions() = 0;
  virtual base::Result<void> SaveOutcome(const reconcile::DecisionOutcome& outcome,
                                         base::UnixNanos at) = 0;
};

}  // namespace bulwark::ledger

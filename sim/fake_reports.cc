#include "sim/fake_reports.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ledger/report_store.h"
#include "model/instrument.h"
#include "reconcile/difference.h"
#include "reconcile/report.h"
#include "sim/context.h"
#include "sim/fake_ledger.h"
#include "sim/faults.h"

namespace bulwark::sim {

using base::ErrorCode;
using base::Result;
using std::chrono::milliseconds;
using std::chrono::seconds;

Result<void> FakeReports::Reach(std::string_view call) {
  if (context_.scheduler.is_over()) {
    return base::Fail(ErrorCode::kUnavailable, "this life is over");
  }
  context_.AwaitPoint(call);
  if (context_.faults.Fires(Fault::kLedgerBusy)) {
    context_.scheduler.Pause(context_.faults.Span(milliseconds{10}, seconds{2}));
    return base::Fail(ErrorCode::kUnavailable, "sim.db: database is locked");
  }
  if (disk_.is_failing()) {
    return base::Fail(ErrorCode::kUnavailable, "sim.db: disk is full");
  }
  return {};
}

Result<reconcile::Report> FakeReports::SaveReport(const reconcile::Report& report,
                                                  const model::InstrumentTable& /*table*/) {
  if (const auto reached = Reach("report"); !reached) {
    return tl::unexpected<base::Error>(reached.error());
  }
  context_.trace.Note("report", report.items.size(), [&] {
    std::string text;
    for (const reconcile::Item& item : report.items) {
      text += (text.empty() ? "" : "; ") + reconcile::Describe(item.difference);
    }
    return text;
  });
  reconcile::Report kept = disk_.Keep(report);
  context_.AwaitPoint("after report");
  return kept;
}

Result<std::optional<ledger::StoredReport>> FakeReports::NewestReport() {
  if (const auto reached = Reach("newest report"); !reached) {
    return tl::unexpected<base::Error>(reached.error());
  }
  if (!disk_.newest_report) {
    return std::optional<ledger::StoredReport>();
  }
  const reconcile::Report& newest = *disk_.newest_report;
  ledger::StoredReport stored{.id = newest.id, .epoch = newest.epoch, .at = newest.at};
  for (const reconcile::Item& item : newest.items) {
    stored.items.push_back({.item = item});
  }
  return stored;
}

Result<std::uint64_t> FakeReports::Decide(std::uint64_t item, reconcile::Verb verb,
                                          const std::string& actor, base::UnixNanos /*at*/) {
  if (const auto reached = Reach("decide"); !reached) {
    return tl::unexpected<base::Error>(reached.error());
  }
  return disk_.Decide(item, verb, actor);
}

Result<std::vector<reconcile::Decision>> FakeReports::OpenDecisions() {
  if (const auto reached = Reach("decisions"); !reached) {
    return tl::unexpected<base::Error>(reached.error());
  }
  std::vector<reconcile::Decision> open;
  for (const Disk::DecisionRow& row : disk_.decisions) {
    if (row.outcome.empty() &&
        !disk_.adjustment_ids.contains(reconcile::AdjustmentId(row.decision.item.id))) {
      open.push_back(row.decision);
    }
  }
  return open;
}

Result<void> FakeReports::SaveOutcome(const reconcile::DecisionOutcome& outcome,
                                      base::UnixNanos /*at*/) {
  if (auto reached = Reach("outcome"); !reached) {
    return reached;
  }
  context_.trace.Note("outcome", outcome.decision, [&] { return outcome.outcome; });
  Disk::DecisionRow& row = disk_.decisions.at(outcome.decision - 1);
  if (row.outcome.empty()) {
    row.outcome = outcome.outcome;
  }
  context_.AwaitPoint("after outcome");
  return {};
}

}  // namespace bulwark::sim

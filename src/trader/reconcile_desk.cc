#include "trader/reconcile_desk.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/report_store.h"
#include "model/instrument.h"
#include "reconcile/report.h"
#include "trader/queues.h"

namespace bulwark::trader {
namespace {

constexpr base::Nanos kLookEvery{std::chrono::milliseconds{200}};
constexpr base::Nanos kRetryAfter{std::chrono::seconds{1}};
constexpr std::size_t kTakenMax = 64;

}  // namespace

ReconcileDesk::ReconcileDesk(std::unique_ptr<ledger::ReportStore> store,
                             const model::InstrumentTable& instruments, Queues& queues,
                             const base::Clock& clock)
    : store_(std::move(store)), instruments_(instruments), queues_(queues), clock_(clock) {}

int ReconcileDesk::DoWork() {
  std::size_t taken = 0;
  if (reports_.size() < kTakenMax) {
    taken += queues_.reports_made.Drain(
        1, [&](const reconcile::Report& report) { reports_.push_back(report); });
  }
  if (outcomes_.size() < kTakenMax) {
    taken += queues_.outcomes.Drain(
        1, [&](const reconcile::DecisionOutcome& outcome) { outcomes_.push_back(outcome); });
  }
  const base::Nanos now = clock_.MonotonicNow();
  const bool has_work = !reports_.empty() || !outcomes_.empty();
  if ((is_failing_ || !has_work) && now < look_at_) {
    return static_cast<int>(taken);
  }
  look_at_ = now + kLookEvery;
  if (KeepReports() && KeepOutcomes()) {
    BringDecisions();
  }
  return static_cast<int>(taken);
}

bool ReconcileDesk::KeepReports() {
  while (!reports_.empty()) {
    const auto stored = store_->SaveReport(reports_.front(), instruments_);
    if (!stored) {
      return Failed(stored.error());
    }
    base::LogInfo("reconcile_report")
        .With("id", stored->id)
        .With("text", reconcile::Describe(*stored, instruments_));
    reports_.pop_front();
  }
  return true;
}

bool ReconcileDesk::KeepOutcomes() {
  while (!outcomes_.empty()) {
    const auto stored = store_->SaveOutcome(outcomes_.front(), clock_.WallNow());
    if (!stored) {
      return Failed(stored.error());
    }
    brought_.erase(outcomes_.front().decision);
    outcomes_.pop_front();
  }
  return true;
}

void ReconcileDesk::BringDecisions() {
  const auto open = store_->OpenDecisions();
  if (!open) {
    Failed(open.error());
    return;
  }
  is_failing_ = false;
  for (const reconcile::Decision& decision : *open) {
    if (!brought_.contains(decision.id) && queues_.decisions.TryPush(decision)) {
      brought_.insert(decision.id);
      queues_.bells.venue.Ring();
    }
  }
}

bool ReconcileDesk::Failed(const base::Error& error) {
  if (!std::exchange(is_failing_, true)) {
    base::LogError("reconcile_desk_failed").With("error", error);
  }
  look_at_ = clock_.MonotonicNow() + kRetryAfter;
  return false;
}

}  // namespace bulwark::trader

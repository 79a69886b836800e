// Budget: tick -> decision -> reserved intent -> durable (SQLite FULL) at most 1.5 raw SQLite
// commits. The raw commit of one row of an order's size is measured between the decisions, on the
// same disk. Under load the writer groups: 32 orders and the bookings of their fills in one commit,
// counted per order.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <sqlite3.h>

#include "base/ensure.h"
#include "base/time.h"
#include "bench/decision_rig.h"
#include "bench/report.h"
#include "ledger/ledger.h"
#include "ledger/ledger_testing.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/event.h"
#include "trader/health.h"
#include "trader/ledger_writer.h"
#include "trader/queues.h"

namespace bulwark::bench {
namespace {

using ledger::testing_support::LedgerFolder;

constexpr std::size_t kWarmUpOrders = 200;
constexpr std::size_t kOrders = 3'000;
constexpr std::size_t kGroup = 32;
constexpr std::size_t kGroups = 200;

class RawCommits {
 public:
  explicit RawCommits(const std::string& file) : row_(300, 'x') {
    ENSURE(sqlite3_open(file.c_str(), &database_) == SQLITE_OK);
    Run("PRAGMA journal_mode=WAL");
    Run("PRAGMA synchronous=FULL");
    Run("CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT)");
    ENSURE(sqlite3_prepare_v2(database_, "INSERT INTO t(b) VALUES(?)", -1, &insert_, nullptr) ==
           SQLITE_OK);
  }
  ~RawCommits() {
    sqlite3_finalize(insert_);
    sqlite3_close(database_);
  }
  RawCommits(const RawCommits&) = delete;
  RawCommits& operator=(const RawCommits&) = delete;
  RawCommits(RawCommits&&) = delete;
  RawCommits& operator=(RawCommits&&) = delete;

  base::Nanos Time() {
    const base::Nanos start = base::MonotonicNow();
    sqlite3_bind_text(insert_, 1, row_.data(), static_cast<int>(row_.size()), nullptr);
    ENSURE(sqlite3_step(insert_) == SQLITE_DONE);
    sqlite3_reset(insert_);
    return base::MonotonicNow() - start;
  }

 private:
  void Run(const char* sql) {
    ENSURE(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  }

  std::string row_;
  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

// The engine and the ledger writer in one thread: what they cost, without the hop between them.
class Rig {
 public:
  Rig()
      : raw_((folder_.file().parent_path() / "raw.db").string()),
        ledger_(folder_.Open()),
        epoch_(Begin()),
        market_(epoch_),
        writer_(*ledger_, epoch_, queues_, health_) {}

  // Processes ticks until one makes an order; answers what the engine's share of that tick was. The
  // actions are in the journal queue.
  base::Nanos NextOrder() {
    for (;;) {
      const model::Event event = market_.NextTick();
      out_.Clear();
      const base::Nanos start = base::MonotonicNow();
      market_.engine().Process(event, out_);
      if (market_.WorkOf(out_) == Work::kOrder) {
        HandOver(out_);
        const base::Nanos span = base::MonotonicNow() - start;
        sent_.insert(sent_.end(), out_.begin(), out_.end());
        return span;
      }
    }
  }

  base::Nanos Commit() {
    const base::Nanos start = base::MonotonicNow();
    ENSURE(writer_.DoWork() > 0);
    const base::Nanos span = base::MonotonicNow() - start;
    ENSURE(health_.commit_failures.load() == 0);
    queues_.published.Drain(SIZE_MAX, [](const auto&) {});
    queues_.from_ledger.Drain(SIZE_MAX, [](const auto&) {});
    return span;
  }

  // Its fills, not yet committed.
  void Fill() {
    out_.Clear();
    market_.FillAll(sent_, out_);
    sent_.clear();
    HandOver(out_);
  }

  base::Nanos TimeRaw() { return raw_.Time(); }

 private:
  std::uint64_t Begin() {
    const DecisionRig books(0);
    ENSURE(ledger_->EnsureAccount({.opening_cash = books.opening_cash()}));
    return *ledger_->BeginRun({}, books.instruments());
  }

  void HandOver(const model::ActionBuffer& actions) {
    for (const model::Action& action : actions) {
      ENSURE(queues_.journal.TryPush(action));
    }
  }

  LedgerFolder folder_;
  RawCommits raw_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::uint64_t epoch_;
  DecisionRig market_;
  trader::Queues queues_;
  trader::Health health_;
  trader::LedgerWriter writer_;
  model::ActionBuffer out_;
  std::vector<model::Action> sent_;
};

void Run() {
  Rig rig;
  Spans raw(kOrders);
  Spans one(kOrders);
  Spans grouped(kGroups);
  for (std::size_t n = 0; n < kWarmUpOrders + kOrders; ++n) {
    base::Nanos span = rig.NextOrder();
    span += rig.Commit();
    rig.Fill();
    (void)rig.Commit();
    const base::Nanos raw_span = rig.TimeRaw();
    if (n >= kWarmUpOrders) {
      one.Add(span);
      raw.Add(raw_span);
    }
  }
  for (std::size_t n = 0; n < kGroups; ++n) {
    base::Nanos span{0};
    for (std::size_t order = 0; order < kGroup; ++order) {
      span += rig.NextOrder();
      rig.Fill();
    }
    span += rig.Commit();
    grouped.Add(span / kGroup);
  }
  const double raw_p50 = raw.Percentile(50);
  Report("durable.raw_commit", raw);
  Report("durable.intent", one);
  Report("durable.intent_of_32", grouped);
  Report("durable.ratio", one.Percentile(50) / raw_p50, "x");
  Report("durable.ratio_of_32", grouped.Percentile(50) / raw_p50, "x");
}

}  // namespace
}  // namespace bulwark::bench

int main() {
  bulwark::bench::Run();
  return 0;
}

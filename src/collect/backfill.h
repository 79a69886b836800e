// Fetches years of daily bars of many symbols, once, and goes on where it was interrupted.
//
// Shape:   a symbol is done when it is in backfill:completed and the store covers the wanted
//          window, but for its last week: the mark does not know the span it was made for, and the
//          last days are fetched by daily_bars. Per symbol: commit, then mark. Progress goes to a
//          callback after each symbol.
// Errors:  Plan() when marks or store cannot be read. Run(): a symbol that fails is counted; the
//          run ends early when the source ends it, when no mark can be set, and when it is told to
//          stop.
// Threads: one thread.
// Owner:   all that it is given must outlive it.
// Source:  docs/data.md#backfill, contract section 5.6

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "collect/bar_collector.h"
#include "jobs/fence.h"
#include "jobs/work_marks.h"
#include "sources/bar_source.h"
#include "store/bar_table.h"
#include "store/store.h"

namespace bulwark::collect {

struct BackfillPlan {
  store::Window window;
  std::vector<std::string> symbols;    // As asked for, without repetitions.
  std::vector<std::string> remaining;  // Of them, in their order.
};

struct BackfillProgress {
  std::string symbol;
  std::string problem;      // Why it failed; empty when it is done.
  std::uint64_t done = 0;   // Of those that remained.
  std::uint64_t total = 0;  // How many remained.
  std::uint64_t failed = 0;
  std::int64_t rows = 0;
};

struct BackfillReport {
  std::uint64_t fetched = 0;
  std::uint64_t failed = 0;
  std::int64_t rows = 0;
  bool is_stopped = false;
  bool is_overtaken = false;  // By a newer run of the same job.
  std::string ended_by;       // Why nothing more would work; empty when that is not so.
};

class Backfill {
 public:
  struct Parts {
    store::Store& store;
    sources::BarSource& source;
    jobs::WorkMarks& marks;
    const calendar::ExchangeCalendar& calendar;
    const base::Clock& clock;
    std::optional<jobs::Fence> fence = std::nullopt;  // Of a job's run.
  };

  explicit Backfill(const Parts& parts)
      : parts_(parts), collector_(parts.store, parts.source, parts.calendar) {}

  // The window: 365 days for each year, up to the last finished session.
  base::Result<BackfillPlan> Plan(const std::vector<std::string>& symbols, int years);
  BackfillReport Run(const BackfillPlan& plan, const std::function<bool()>& is_stopped,
                     const std::function<void(const BackfillProgress&)>& on_progress);

 private:
  base::Result<bool> IsCovered(const std::string& symbol, store::Window window);
  // Why it failed, empty when it is done; sets ended_by when nothing more will work.
  std::string DoItem(const std::string& symbol, store::Window window, BackfillReport& report);

  Parts parts_;
  BarCollector collector_;
};

// "1h 40m 3s"
std::string ShownSpan(base::Nanos span);

}  // namespace bulwark::collect

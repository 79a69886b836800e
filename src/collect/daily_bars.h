// The job daily_bars: each evening the last days of every member of the universe.
//
// Shape:   Monday to Friday 17:00 in New York. Items are symbols; one that is in the day's set of
//          marks is passed over when the store has the last session that is over, each other is
//          fetched, committed, then marked. The store's last bar decides from when on is asked, so
//          that a day that failed heals itself.
// Errors:  Run() fails when the universe cannot be read or is empty, when the source ends the run
//          (quota gone, key not accepted), and when a newer run has taken over. A symbol that fails
//          is counted.
// Threads: as jobs/job.h.
// Owner:   all that it is given must outlive it.
// Source:  docs/data.md#daily-bars, contract section 5.3

#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "cache/cache.h"
#include "calendar/exchange_calendar.h"
#include "collect/bar_collector.h"
#include "jobs/job.h"
#include "jobs/work_marks.h"
#include "sources/bar_source.h"
#include "store/store.h"

namespace bulwark::collect {

struct DailyBarsParts {
  store::Store& store;
  sources::BarSource& source;
  jobs::WorkMarks& marks;
  const calendar::ExchangeCalendar& calendar;
  const base::Clock& clock;
  cache::Cache* cache = nullptr;  // For the list of members; null: the store is asked.
};

class DailyBarsJob final : public jobs::Job {
 public:
  static constexpr int kDaysAtFirst = 30;

  DailyBarsJob(const DailyBarsParts& parts, std::string universe);

  [[nodiscard]] const jobs::JobSpec& spec() const override { return spec_; }
  base::Result<void> Run(jobs::JobContext& context) override;

 private:
  // Fails only when the run cannot go on.
  base::Result<void> DoItem(jobs::JobContext& context, const std::string& symbol);
  base::Result<bool> IsDone(const jobs::JobContext& context, const std::string& symbol);
  base::Result<void> Fetch(jobs::JobContext& context, const std::string& symbol);

  DailyBarsParts parts_;
  std::string universe_;
  jobs::JobSpec spec_;
  BarCollector collector_;
};

}  // namespace bulwark::collect

// The job weekly_fundamentals: on Saturdays the overview of every member of the universe.
//
// Shape:   items are symbols; one that is in the week's set of marks is passed over, each other is
//          fetched, committed, then marked. The week is that of the time on the plan: a run that
//          is late, on Monday, leaves the new week to its own Saturday. A symbol of which the
//          source knows nothing has failed: it is asked for again, and never counts as done.
// Errors:  as collect/daily_bars.h.
// Threads: as jobs/job.h.
// Owner:   all that it is given must outlive it.
// Source:  docs/data.md#weekly-fundamentals, contract section 5.4

#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "cache/cache.h"
#include "jobs/job.h"
#include "jobs/work_marks.h"
#include "sources/company_sources.h"
#include "store/rows.h"
#include "store/store.h"

namespace bulwark::collect {

struct FundamentalsParts {
  store::Store& store;
  sources::OverviewSource& source;
  jobs::WorkMarks& marks;
  const base::Clock& clock;
  cache::Cache* cache = nullptr;  // For the list of members; null: the store is asked.
};

class WeeklyFundamentals {
 public:
  WeeklyFundamentals(const FundamentalsParts& parts, std::string universe);

  base::Result<void> Run(jobs::JobContext& context);

 private:
  // These fail only when the run cannot go on.
  base::Result<void> DoItem(jobs::JobContext& context, const std::string& symbol);
  base::Result<void> Fetch(jobs::JobContext& context, const std::string& symbol);
  base::Result<void> Keep(jobs::JobContext& context, const std::string& symbol,
                          const std::vector<store::Fundamental>& facts);

  FundamentalsParts parts_;
  std::string universe_;
};

}  // namespace bulwark::collect

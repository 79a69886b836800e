// The job altdata: short interest of FINRA, and insiders' filings at the SEC.
//
// Shape:   an item is a settlement day, a day's list of filings, or a filing. What is in the store
//          is passed over, so the store itself is the mark; each item is committed alone.
//          Settlement days: those of the last two months whose file must be published by now.
//          Lists: from a week before jobs:altdata:last_run (at first from 14 days back, never more
//          than 92) to yesterday; of them the Forms 4 of the universe's members, told by their CIK.
//          FINRA and the SEC do not depend on each other. last_run becomes the run's start when
//          nothing failed, else it stays.
// Errors:  Run() fails when universe, store or last_run cannot be read and when a newer run has
//          taken over. An item that fails is counted. The SEC is not asked any more in a run after
//          a call to it got no answer; a list that cannot be read is left out.
// Threads: as jobs/job.h.
// Owner:   all that it is given must outlive it.
// Source:  docs/data.md#altdata, contract sections 1.5.5 and 5.4

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "jobs/job.h"
#include "jobs/work_marks.h"
#include "sources/company_sources.h"
#include "sources/edgar_index.h"
#include "store/store.h"

namespace bulwark::collect {

struct AltdataParts {
  store::Store& store;
  sources::ShortInterestSource& shorts;
  sources::FilingSource& filings;
  jobs::WorkMarks& marks;
  const calendar::ExchangeCalendar& calendar;
};

class Altdata {
 public:
  Altdata(const AltdataParts& parts, std::string universe);

  base::Result<void> Run(jobs::JobContext& context);

 private:
  // Whether the source may be asked for more.
  enum class Next : std::uint8_t { kGoOn, kEnd };
  // New or changed rows.
  using Put = std::function<base::Result<std::int64_t>()>;

  // These fail only when the run cannot go on.
  base::Result<void> DoShorts(jobs::JobContext& context, std::chrono::sys_days settled);
  base::Result<void> DoFilings(jobs::JobContext& context,
                               const std::vector<std::chrono::sys_days>& days);
  base::Result<Next> DoDay(jobs::JobContext& context, std::chrono::sys_days day);
  base::Result<Next> DoFiling(jobs::JobContext& context, const sources::IndexEntry& entry);
  // One item in one transaction.
  base::Result<void> Keep(jobs::JobContext& context, const std::string& item, const Put& put);
  void AddTotal(jobs::JobContext& context, std::size_t items);

  AltdataParts parts_;
  std::string universe_;
  std::set<std::string> ciks_;  // Of the members, without leading zeros.
  std::size_t total_ = 0;
};

// The settlement days whose file must be published at `now`, of the last two months.
std::vector<std::chrono::sys_days> SettlementsDue(const calendar::ExchangeCalendar& calendar,
                                                  base::UnixNanos now);
// The weekdays of which a list of filings is wanted.
std::vector<std::chrono::sys_days> FilingDays(std::optional<base::UnixNanos> last_run,
                                              base::UnixNanos now);

}  // namespace bulwark::collect

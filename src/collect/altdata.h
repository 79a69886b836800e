// The job altdata: short interest of FINRA, and insiders' filings at the SEC.
//
// Shape:   an item is a settlement day, a day's list of filings, or a filing. What is in the store
//          is passed over, so the store itself is the mark; each item is committed alone.
//          Settlement days: those whose file must be published by now, of the two months before
//          last_run, never more than 366 days back.
//          Lists: from a week before jobs:altdata:last_run (else from 31 days back, never more
//          than 92) to yesterday; of them the Forms 4 of the universe's members, told by their CIK.
//          FINRA and the SEC do not depend on each other. last_run becomes the run's start when
//          nothing failed that the next run could do better, else it stays. What cannot be read on
//          three days is set aside: told once more as failed and not asked for again. Days that are
//          older than a run goes back are told, too.
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
  void TellLeftOut(jobs::JobContext& context, std::optional<base::UnixNanos> last_run);
  [[nodiscard]] base::Result<bool> IsSetAside(const std::string& item);
  // Counts the item as failed; with `is_final` it is set aside when it failed on enough days.
  base::Result<void> Fail(jobs::JobContext& context, const std::string& item,
                          const base::Error& error, bool is_final = true);
  // On how many days it failed.
  base::Result<std::int64_t> NoteFailure(const jobs::JobContext& context, const std::string& item,
                                         const base::Error& error);

  AltdataParts parts_;
  std::string universe_;
  std::set<std::string> ciks_;  // Of the members, without leading zeros.
  std::size_t total_ = 0;
  bool is_behind_ = false;  // Something is left that the next run may be able to do.
};

// The settlement days whose file must be published at `now`, from two months before the last run.
std::vector<std::chrono::sys_days> SettlementsDue(const calendar::ExchangeCalendar& calendar,
                                                  std::optional<base::UnixNanos> last_run,
                                                  base::UnixNanos now);
// The weekdays of which a list of filings is wanted.
std::vector<std::chrono::sys_days> FilingDays(std::optional<base::UnixNanos> last_run,
                                              base::UnixNanos now);
// What a run after such a long time leaves out, for people.
std::vector<std::string> LeftOut(std::optional<base::UnixNanos> last_run, base::UnixNanos now);

}  // namespace bulwark::collect

// What the data jobs have done, as the documented keys say it.
//
// Shape:   jobs:daily_bars:<date>:done and jobs:weekly_fundamentals:<week>:done are sets of tickers
//          whose time to live starts anew with each member, in one transaction; backfill:completed
//          is a set without one; jobs:altdata:last_run is a time with seconds and Z that never goes
//          back. Members decide, never the mere existence of a key. A mark is set after the data is
//          committed: where Redis forgot one, an item is done again, which changes nothing.
// Units:   dates are New York's; times to live in seconds.
// Errors:  kUnavailable when Redis did not answer (the caller's item counts as not marked),
//          kCorrupt for a key of the wrong type and a last_run that is no time.
// Threads: the connection's thread; each call blocks up to the connection's timeout.
// Source:  contract sections 1.5.3 to 1.5.6, docs/jobs.md#marks

#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "calendar/day.h"
#include "contract/keys.h"
#include "redis/connection.h"

namespace bulwark::jobs {

class WorkMarks {
 public:
  static constexpr std::chrono::seconds kDailyBarsTtl{90'000};            // 25 hours.
  static constexpr std::chrono::seconds kWeeklyFundamentalsTtl{691'200};  // 8 days.

  explicit WorkMarks(redis::Connection& connection) : connection_(connection) {}

  base::Result<bool> IsDailyBarsDone(calendar::Date date, std::string_view ticker);
  base::Result<void> MarkDailyBars(calendar::Date date, std::string_view ticker);
  // The week is the one that `date` is in.
  base::Result<bool> IsWeeklyFundamentalsDone(calendar::Date date, std::string_view ticker);
  base::Result<void> MarkWeeklyFundamentals(calendar::Date date, std::string_view ticker);

  // Empty: it never ran. Accepts both forms of the contract.
  base::Result<std::optional<base::UnixNanos>> AltdataLastRun();
  // For a run in which everything succeeded, with its start. An earlier time changes nothing.
  base::Result<void> AdvanceAltdata(base::UnixNanos started_at);

  // Those of `tickers` that are marked, in their order; foreign members do not count.
  base::Result<std::vector<std::string>> Backfilled(std::span<const std::string> tickers);
  base::Result<void> MarkBackfilled(std::string_view ticker);
  // `--reset` for some symbols, and for the whole universe.
  base::Result<void> ForgetBackfilled(std::span<const std::string> tickers);
  base::Result<void> ForgetAllBackfilled();

 private:
  base::Result<void> AddBackfilled(std::span<const std::string> tickers,
                                   std::vector<std::string>& marked);
  base::Result<bool> IsMember(const contract::Key& key, std::string_view ticker);
  base::Result<void> AddMember(const contract::Key& key, std::string_view ticker,
                               std::chrono::seconds ttl);

  redis::Connection& connection_;
};

}  // namespace bulwark::jobs

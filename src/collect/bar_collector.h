// Fetches the bars of one symbol and puts them into the store, with what is known of them.
//
// Shape:   bars, corporate actions and the window they cover are committed together, or nothing is.
//          What a source gives of sessions that are not over yet is left out, and a window ends
//          where the last finished session ends: no unfinished bar is ever stored. Of the window
//          only that counts as covered which the source knows of, with the days without a session
//          beside it.
// Errors:  those of the source and the store; kConflict when a newer run has taken over.
// Threads: one thread; Collect() blocks as long as the source does.
// Owner:   store, source and calendar must outlive it.
// Source:  docs/data.md#collecting

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/result.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "jobs/fence.h"
#include "sources/alpha_vantage.h"
#include "sources/bar_source.h"
#include "sources/refusal.h"
#include "store/bar_table.h"
#include "store/store.h"

namespace bulwark::collect {

struct Collected {
  std::int64_t rows = 0;  // New or changed.
  store::Window covered;  // What the source vouched for.
};

using CollectAnswer = std::variant<Collected, sources::Refusal>;

class BarCollector {
 public:
  BarCollector(store::Store& store, sources::BarSource& source,
               const calendar::ExchangeCalendar& calendar)
      : store_(store), source_(source), calendar_(calendar) {}

  // Days from the window's begin to the last session that is over at `now`, or to its end when that
  // is earlier. With a fence, a run that was overtaken commits nothing.
  base::Result<CollectAnswer> Collect(const std::string& symbol, store::Window window,
                                      base::UnixNanos now, const std::optional<jobs::Fence>& fence);

  // What of a wanted window can be whole at `now`.
  [[nodiscard]] store::Window Finished(store::Window window, base::UnixNanos now) const;

 private:
  // The part of a window that a source which knows only some days can answer for.
  [[nodiscard]] store::Window Vouched(store::Window window,
                                      const std::optional<store::Window>& known) const;
  base::Result<std::int64_t> Commit(const std::string& symbol, store::Window covered,
                                    const sources::DailyBars& daily,
                                    const std::optional<jobs::Fence>& fence);

  store::Store& store_;
  sources::BarSource& source_;
  const calendar::ExchangeCalendar& calendar_;
};

// From seven days before the last bar, so that a correction and a day that failed are fetched
// again; from `days_at_first` before `now` when there is none.
store::Window DailyWindow(std::optional<base::UnixNanos> watermark, base::UnixNanos now,
                          int days_at_first);

}  // namespace bulwark::collect

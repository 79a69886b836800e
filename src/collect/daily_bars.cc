#include "collect/daily_bars.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "base/ensure.h"
#include "base/result.h"
#include "base/time.h"
#include "collect/bar_collector.h"
#include "collect/members.h"
#include "jobs/job.h"
#include "jobs/schedule.h"
#include "sources/refusal.h"
#include "store/bar_table.h"
#include "store/rows.h"

namespace bulwark::collect {

DailyBarsJob::DailyBarsJob(const DailyBarsParts& parts, std::string universe)
    : parts_(parts),
      universe_(std::move(universe)),
      collector_(parts_.store, parts_.source, parts_.calendar) {
  spec_.id = "daily_bars";
  spec_.name = "Daily OHLCV Backfill";
  const auto schedule = jobs::Schedule::Create("0 17 * * 1-5", jobs::Days::kSessions);
  ENSURE(schedule.has_value());
  spec_.schedule = *schedule;
  spec_.overrun_after = std::chrono::hours{2};
}

base::Result<void> DailyBarsJob::Run(jobs::JobContext& context) {
  return RunOverMembers(context, {.store = parts_.store, .cache = parts_.cache}, universe_,
                        [&](const std::string& symbol) { return DoItem(context, symbol); });
}

// A run of the morning, which a person asked for or which made up for a missed one, sets the marks
// of a day whose own bars do not exist yet.
base::Result<bool> DailyBarsJob::IsDone(const jobs::JobContext& context,
                                        const std::string& symbol) {
  constexpr std::chrono::days kDay{1};
  auto is_marked = parts_.marks.IsDailyBarsDone(context.date(), symbol);
  if (!is_marked || !*is_marked) {
    return is_marked;
  }
  const base::UnixNanos session = parts_.calendar.LastClosedSession(parts_.clock.WallNow());
  const auto windows =
      store::ReadCoverage(parts_.store.connection(), {.symbol = symbol, .span = store::Span::kDay});
  if (!windows) {
    return tl::unexpected<base::Error>(windows.error());
  }
  return store::Covers(*windows, {.from = session, .to = session + kDay});
}

base::Result<void> DailyBarsJob::DoItem(jobs::JobContext& context, const std::string& symbol) {
  const auto is_done = IsDone(context, symbol);
  if (!is_done) {
    // Without the mark nobody knows whether it was fetched: better later than twice.
    context.CountFailed(symbol, is_done.error().message);
    return {};
  }
  if (*is_done) {
    context.CountSkipped();
    return {};
  }
  return Fetch(context, symbol);
}

base::Result<void> DailyBarsJob::Fetch(jobs::JobContext& context, const std::string& symbol) {
  // A file with a wrong year must not make everything before it look fetched.
  const base::UnixNanos now = parts_.clock.WallNow();
  const auto last = store::Watermark(parts_.store.connection(),
                                     {.symbol = symbol, .span = store::Span::kDay}, now);
  if (!last) {
    context.CountFailed(symbol, last.error().message);
    return {};
  }
  const store::Window window = DailyWindow(*last, now, kDaysAtFirst);
  const auto answer = collector_.Collect(symbol, window, now, context.fence());
  if (!answer) {
    if (answer.error().code == base::ErrorCode::kConflict) {
      return tl::unexpected<base::Error>(answer.error());
    }
    context.CountFailed(symbol, answer.error().message);
    return {};
  }
  if (const auto* refusal = std::get_if<sources::Refusal>(&*answer)) {
    const std::string why = std::string(sources::NameOf(refusal->kind)) + ": " + refusal->text;
    context.CountFailed(symbol, why);
    return sources::EndsRun(refusal->kind)
               ? base::Result<void>(base::Fail(base::ErrorCode::kUnavailable,
                                               std::string(parts_.source.name()) + ": " + why))
               : base::Result<void>();
  }
  const auto collected = std::get<Collected>(*answer);
  if (collected.covered.to < collector_.Finished(window, now).to) {
    context.CountFailed(symbol, "stored, but the source knows nothing of the last session");
    return {};
  }
  if (const auto marked = parts_.marks.MarkDailyBars(context.date(), symbol); !marked) {
    context.CountFailed(symbol, "stored, but not marked: " + marked.error().message);
    return {};
  }
  context.CountDone(static_cast<std::uint64_t>(collected.rows));
  return {};
}

}  // namespace bulwark::collect

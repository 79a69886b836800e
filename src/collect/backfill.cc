#include "collect/backfill.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "collect/bar_collector.h"
#include "sources/refusal.h"
#include "store/bar_table.h"
#include "store/rows.h"

namespace bulwark::collect {

using std::chrono::days;

namespace {

// Of a source that does not know the whole window.
std::string ShownPart(store::Window part) {
  if (part.from >= part.to) {
    return "the source knows nothing of these days";
  }
  return fmt::format("stored, but the source knows only the days from {} to before {}",
                     base::FormatDate(part.from), base::FormatDate(part.to));
}

}  // namespace

base::Result<bool> Backfill::IsCovered(const std::string& symbol, store::Window window) {
  // The last days are those of daily_bars, which asks for a week at least. Without that leave, what
  // was fetched yesterday would be fetched again today.
  constexpr days kDailyBarsOverlap{7};
  const store::Window wanted{.from = window.from, .to = window.to - kDailyBarsOverlap};
  const auto windows =
      store::ReadCoverage(parts_.store.connection(), {.symbol = symbol, .span = store::Span::kDay});
  if (!windows) {
    return tl::unexpected<base::Error>(windows.error());
  }
  return store::Covers(*windows, wanted);
}

base::Result<BackfillPlan> Backfill::Plan(const std::vector<std::string>& symbols, int years) {
  constexpr int kDaysPerYear = 365;
  const base::UnixNanos now = parts_.clock.WallNow();
  const base::UnixNanos today = std::chrono::floor<days>(now);
  BackfillPlan plan;
  plan.window =
      collector_.Finished({.from = today - days{kDaysPerYear} * years, .to = today + days{1}}, now);
  std::set<std::string> seen;
  for (const std::string& symbol : symbols) {
    if (seen.insert(symbol).second) {
      plan.symbols.push_back(symbol);
    }
  }
  const auto marked = parts_.marks.Backfilled(plan.symbols);
  if (!marked) {
    return tl::unexpected<base::Error>(marked.error());
  }
  const std::set<std::string> is_marked(marked->begin(), marked->end());
  for (const std::string& symbol : plan.symbols) {
    const auto covered =
        is_marked.contains(symbol) ? IsCovered(symbol, plan.window) : base::Result<bool>(false);
    if (!covered) {
      return tl::unexpected<base::Error>(covered.error());
    }
    if (!*covered) {
      plan.remaining.push_back(symbol);
    }
  }
  return plan;
}

std::string Backfill::DoItem(const std::string& symbol, store::Window window,
                             BackfillReport& report) {
  // A symbol that cannot be marked afterwards would be fetched in vain.
  if (const auto marks = parts_.marks.Backfilled(std::vector<std::string>{symbol}); !marks) {
    report.ended_by = "the marks cannot be read: " + marks.error().message;
    return report.ended_by;
  }
  const auto answer = collector_.Collect(symbol, window, parts_.clock.WallNow(), parts_.fence);
  if (!answer) {
    report.is_overtaken = answer.error().code == base::ErrorCode::kConflict;
    report.ended_by = report.is_overtaken ? answer.error().message : report.ended_by;
    return answer.error().message;
  }
  if (const auto* refusal = std::get_if<sources::Refusal>(&*answer)) {
    std::string why = std::string(sources::NameOf(refusal->kind)) + ": " + refusal->text;
    // All symbols are asked for the same days.
    if (sources::EndsRun(refusal->kind) || refusal->kind == sources::RefusalKind::kTooFarBack) {
      report.ended_by = why;
    }
    return why;
  }
  const auto collected = std::get<Collected>(*answer);
  report.rows += collected.rows;
  const auto is_whole = IsCovered(symbol, window);
  if (!is_whole) {
    return is_whole.error().message;
  }
  if (!*is_whole) {
    return ShownPart(collected.covered);
  }
  const auto marked = parts_.marks.MarkBackfilled(symbol);
  if (!marked) {
    // Without marks nothing of what follows would be known as done.
    report.ended_by = "no mark can be set: " + marked.error().message;
    return "stored, but not marked: " + marked.error().message;
  }
  return {};
}

BackfillReport Backfill::Run(const BackfillPlan& plan, const std::function<bool()>& is_stopped,
                             const std::function<void(const BackfillProgress&)>& on_progress) {
  BackfillReport report;
  for (const std::string& symbol : plan.remaining) {
    report.is_stopped = is_stopped();
    if (report.is_stopped || !report.ended_by.empty()) {
      break;
    }
    const std::string problem = DoItem(symbol, plan.window, report);
    // What was interrupted has not failed.
    report.is_stopped = !problem.empty() && is_stopped();
    if (report.is_stopped) {
      break;
    }
    ++(problem.empty() ? report.fetched : report.failed);
    on_progress({.symbol = symbol,
                 .problem = problem,
                 .done = report.fetched + report.failed,
                 .total = plan.remaining.size(),
                 .failed = report.failed,
                 .rows = report.rows});
  }
  return report;
}

std::string ShownSpan(base::Nanos span) {
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 3600;
  const auto seconds =
      std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::seconds>(span).count(), 0);
  if (seconds >= kHour) {
    return fmt::format("{}h {}m {}s", seconds / kHour, seconds % kHour / kMinute,
                       seconds % kMinute);
  }
  return seconds >= kMinute ? fmt::format("{}m {}s", seconds / kMinute, seconds % kMinute)
                            : fmt::format("{}s", seconds);
}

}  // namespace bulwark::collect

#include "collect/bar_collector.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "jobs/fence.h"
#include "sources/alpha_vantage.h"
#include "sources/bar_source.h"
#include "sources/refusal.h"
#include "store/bar_table.h"
#include "store/rows.h"
#include "store/store.h"

namespace bulwark::collect {

using std::chrono::days;

store::Window BarCollector::Finished(store::Window window, base::UnixNanos now) const {
  const base::UnixNanos end = calendar_.LastClosedSession(now) + days{1};
  return {.from = window.from, .to = std::min(window.to, end)};
}

base::Result<CollectAnswer> BarCollector::Collect(const std::string& symbol, store::Window window,
                                                  base::UnixNanos now,
                                                  const std::optional<jobs::Fence>& fence) {
  window = Finished(window, now);
  if (window.from >= window.to) {
    return Collected{.covered = window};
  }
  auto answer =
      source_.Fetch({.series = {.symbol = symbol, .span = store::Span::kDay}, .window = window});
  if (!answer) {
    return tl::unexpected<base::Error>(answer.error());
  }
  if (auto* refusal = std::get_if<sources::Refusal>(&*answer)) {
    return std::move(*refusal);
  }
  auto daily = std::get<sources::DailyBars>(*std::move(answer));
  const store::Window covered = Vouched(window, daily.known);
  std::erase_if(daily.bars, [&](const store::Bar& bar) { return bar.at >= window.to; });
  const auto rows = Commit(symbol, covered, daily, fence);
  if (!rows) {
    return tl::unexpected<base::Error>(rows.error());
  }
  return Collected{.rows = *rows, .covered = covered};
}

store::Window BarCollector::Vouched(store::Window window,
                                    const std::optional<store::Window>& known) const {
  if (!known) {
    return window;
  }
  if (known->from >= known->to) {
    return {.from = window.from, .to = window.from};
  }
  constexpr days kDay{1};
  const auto first = std::chrono::floor<days>(known->from);
  const auto last = std::chrono::ceil<days>(known->to) - kDay;
  const base::UnixNanos from = calendar_.SessionOnOrBefore(first - kDay) + kDay;
  const base::UnixNanos to = calendar_.NextSession(last);
  return {.from = std::max(window.from, from), .to = std::min(window.to, to)};
}

base::Result<std::int64_t> BarCollector::Commit(const std::string& symbol, store::Window covered,
                                                const sources::DailyBars& daily,
                                                const std::optional<jobs::Fence>& fence) {
  const store::Series series{.symbol = symbol, .span = store::Span::kDay};
  auto transaction = store_.Begin();
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
  auto done = fence ? jobs::RequireFence(store_.connection(), *fence) : base::Result<void>();
  if (!done) {
    return tl::unexpected<base::Error>(done.error());
  }
  auto bars = store::PutBars(store_.connection(), series, source_.name(), daily.bars);
  if (!bars) {
    return bars;
  }
  auto actions = store::PutActions(store_.connection(), symbol, source_.name(), daily.actions);
  if (!actions) {
    return actions;
  }
  done = store::AddCoverage(store_.connection(), series, covered);
  if (done) {
    done = transaction->Commit();
  }
  if (!done) {
    return tl::unexpected<base::Error>(done.error());
  }
  return *bars + *actions;
}

store::Window DailyWindow(std::optional<base::UnixNanos> watermark, base::UnixNanos now,
                          int days_at_first) {
  constexpr days kOverlap{7};
  const base::UnixNanos today = std::chrono::floor<days>(now);
  const base::UnixNanos from = watermark ? *watermark - kOverlap : today - days{days_at_first};
  return {.from = from, .to = today + days{1}};
}

}  // namespace bulwark::collect

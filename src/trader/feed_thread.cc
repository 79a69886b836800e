#include "trader/feed_thread.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <variant>

#include "base/clock.h"
#include "base/log.h"
#include "base/time.h"
#include "market/feed.h"
#include "market/pacer.h"
#include "model/event.h"
#include "model/market_data.h"
#include "model/order.h"
#include "trader/health.h"
#include "trader/queues.h"

namespace bulwark::trader {
namespace {

constexpr int kEventsPerCycle = 256;
// The longest nap, so that a stop is never waited for.
constexpr base::Nanos kNapMax{std::chrono::milliseconds{5}};

base::UnixNanos EventTime(const model::MarketEvent& event) {
  if (const auto* tick = std::get_if<model::Tick>(&event)) {
    return tick->event_at;
  }
  return std::get<model::Bar>(event).close_at;
}

}  // namespace

FeedThread::FeedThread(market::Feed& feed, market::Pacer pacer, Queues& queues, Health& health,
                       const base::Clock& clock)
    : feed_(feed), pacer_(pacer), queues_(queues), health_(health), clock_(clock) {}

int FeedThread::DoWork() {
  int released = 0;
  while (released < kEventsPerCycle) {
    model::MarketEvent* const event = Fetch();
    if (event == nullptr || !IsDue(released == 0) || !HandOver(*event)) {
      break;
    }
    next_.reset();
    ++released;
  }
  if (released > 0) {
    queues_.bells.engine.Ring();
    queues_.bells.venue.Ring();
  }
  return released;
}

bool FeedThread::IsDue(bool may_pause) {
  const base::Nanos now = clock_.MonotonicNow();
  if (now < due_ && may_pause) {
    clock_.Pause(std::min(due_ - now, kNapMax));
  }
  return now >= due_;
}

// False when the engine is behind: the event waits here.
bool FeedThread::HandOver(model::MarketEvent& event) {
  std::visit([this](auto& any) { any.received_at = clock_.WallNow(); }, event);
  if (!queues_.market.TryPush(event)) {
    return false;
  }
  const auto* tick = std::get_if<model::Tick>(&event);
  if (tick != nullptr && !queues_.venue_ticks.TryPush(*tick)) {
    health_.venue_ticks_dropped.fetch_add(1, std::memory_order_relaxed);
  }
  health_.feed_events.fetch_add(1, std::memory_order_relaxed);
  return true;
}

// The next event; null at the end of the data.
model::MarketEvent* FeedThread::Fetch() {
  if (next_) {
    return &*next_;
  }
  if (has_ended_) {
    return nullptr;
  }
  auto event = feed_.Next();
  LogNewProblems();
  if (!event) {
    base::LogError("feed_failed").With("error", event.error());
    Lose(model::Reason::Cut(event.error().message));
    return nullptr;
  }
  const std::optional<model::MarketEvent>& fetched = *event;
  if (!fetched) {
    base::LogInfo("feed_ended").With("events", feed_.health().events);
    Lose(model::Reason("end of the recording"));
    return nullptr;
  }
  model::MarketEvent& next = next_.emplace(*fetched);
  const base::Nanos now = clock_.MonotonicNow();
  due_ = now + pacer_.Wait(EventTime(next), now);
  return &next;
}

void FeedThread::Lose(const model::Reason& reason) {
  has_ended_ = true;
  const model::FeedLink lost{.is_up = false, .reason = reason, .at = clock_.WallNow()};
  if (!queues_.feed_links.TryPush(lost)) {
    base::LogWarn("feed_link_dropped");  // Silence will say the same after feed.stale_after.
  }
  queues_.bells.engine.Ring();
}

void FeedThread::LogNewProblems() {
  const auto& problems = feed_.health().problems;
  for (; problems_logged_ < problems.size(); ++problems_logged_) {
    base::LogWarn("feed_bad_row").With("problem", problems[problems_logged_]);
  }
}

}  // namespace bulwark::trader

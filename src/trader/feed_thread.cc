#include "trader/feed_thread.h"

#include <algorithm>
#include <chrono>
#include <utility>
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
    : feed_(feed), pacer_(std::move(pacer)), queues_(queues), health_(health), clock_(clock) {}

int FeedThread::DoWork() {
  int released = 0;
  while (released < kEventsPerCycle && Fetch()) {
    const base::Nanos now = clock_.MonotonicNow();
    if (now < due_) {
      if (released == 0) {
        clock_.Pause(std::min(due_ - now, kNapMax));
      }
      break;
    }
    std::visit([this](auto& event) { event.received_at = clock_.WallNow(); }, *next_);
    if (!queues_.market.TryPush(*next_)) {
      break;  // The engine is behind: this event waits here.
    }
    const auto* tick = std::get_if<model::Tick>(&*next_);
    if (tick != nullptr && !queues_.venue_ticks.TryPush(*tick)) {
      health_.venue_ticks_dropped.fetch_add(1, std::memory_order_relaxed);
    }
    next_.reset();
    health_.feed_events.fetch_add(1, std::memory_order_relaxed);
    ++released;
  }
  if (released > 0) {
    queues_.bells.engine.Ring();
    queues_.bells.venue.Ring();
  }
  return released;
}

// Makes sure that there is a next event; false at the end of the data.
bool FeedThread::Fetch() {
  if (next_) {
    return true;
  }
  if (has_ended_) {
    return false;
  }
  auto event = feed_.Next();
  LogNewProblems();
  if (!event) {
    base::LogError("feed_failed").With("error", event.error());
    Lose(model::Reason::Cut(event.error().message));
    return false;
  }
  if (!*event) {
    base::LogInfo("feed_ended").With("events", feed_.health().events);
    Lose(model::Reason("end of the recording"));
    return false;
  }
  next_ = **event;
  const base::Nanos now = clock_.MonotonicNow();
  due_ = now + pacer_.Wait(EventTime(*next_), now);
  return true;
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

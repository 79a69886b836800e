// Releases the feed's events at their time, stamps their receipt, and gives them to engine and
// venue.
//
// Shape:   an event goes to the venue's queue right after the engine's. The end of the data and an
//          error of the feed are told once as a lost feed.
// Errors:  none to the outside; bad rows are logged (the first few) and counted by the feed.
// Threads: DoWork() on the feed thread; waits only in steps of a few milliseconds.
// Owner:   feed, queues and health must outlive it.

#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "base/time.h"
#include "market/feed.h"
#include "market/pacer.h"
#include "model/market_data.h"
#include "trader/health.h"
#include "trader/queues.h"

namespace bulwark::trader {

class FeedThread {
 public:
  FeedThread(market::Feed& feed, market::Pacer pacer, Queues& queues, Health& health,
             const base::Clock& clock = base::SystemClock());

  int DoWork();

 private:
  model::MarketEvent* Fetch();
  bool IsDue(bool may_pause);
  bool HandOver(model::MarketEvent& event);
  void Lose(const model::Reason& reason);
  void LogNewProblems();

  market::Feed& feed_;
  market::Pacer pacer_;
  Queues& queues_;
  Health& health_;
  const base::Clock& clock_;
  std::optional<model::MarketEvent> next_;  // Fetched, not yet released.
  base::Nanos due_{0};
  std::size_t problems_logged_ = 0;
  bool has_ended_ = false;
};

}  // namespace bulwark::trader

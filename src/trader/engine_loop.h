// Runs the engine: takes events from the queues, gives its actions to the ledger writer, measures
// itself.
//
// Shape:   one cycle drains a bounded number per queue, stops first, then the venue's words, then
//          the market. An event is taken only while the journal has room for all it can cause.
// Threads: DoWork() on the engine thread. Nothing here blocks or does I/O: a frozen Redis, ledger
//          or venue is seen as a full queue and costs market events, never a wait.
// Owner:   all arguments must outlive it.
// Source:  design section 4, house style D7

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "base/time.h"
#include "base/triple_buffer.h"
#include "engine/engine.h"
#include "journal/tap.h"
#include "model/action_buffer.h"
#include "model/event.h"
#include "model/telemetry.h"
#include "trader/books_copy.h"
#include "trader/health.h"
#include "trader/latency_board.h"
#include "trader/queues.h"

namespace bulwark::trader {

struct EngineLoopPeers {
  Queues& queues;
  Health& health;
  LatencyBoard& latencies;
  base::TripleBuffer<model::Telemetry>& telemetry;
  const base::Clock& clock = base::SystemClock();
  journal::Tap* tap = nullptr;                     // Null: nothing is kept.
  base::TripleBuffer<BooksCopy>* books = nullptr;  // Nobody compares them when absent.
};

class EngineLoop {
 public:
  EngineLoop(engine::Engine& engine, const EngineLoopPeers& peers);

  // One cycle; answers how many events it processed.
  int DoWork();

  // Asks, from any thread, for a Shutdown event.
  void RequestShutdown() {
    wants_shutdown_.store(true);
    queues_.bells.engine.Ring();
  }
  [[nodiscard]] bool is_idle() const { return open_orders_.load() == 0; }

 private:
  struct Submission {
    model::OrderId order_id;
    base::UnixNanos tick_at;
    base::UnixNanos decided_at;
  };

  void Process(const model::Event& event);
  void ProcessMarket(const model::MarketEvent& event);
  void HandOver();
  void Measure(const model::Event& event);
  void NoteFirstAnswer(const model::OrderId& id, model::InstrumentId instrument);
  void TellJournalGap(const model::Event& event);
  [[nodiscard]] bool HasRoom() const;
  void ShareTelemetry();
  void EndCycle(base::Nanos started, int work);

  engine::Engine& engine_;
  Queues& queues_;
  Health& health_;
  LatencyBoard& latencies_;
  base::TripleBuffer<model::Telemetry>& telemetry_;
  const base::Clock& clock_;
  journal::Tap* tap_;
  std::uint64_t lost_events_told_ = 0;
  base::UnixNanos journal_alert_at_;
  base::TripleBuffer<BooksCopy>* books_;
  model::ActionBuffer actions_;
  std::vector<Submission> submissions_;  // Waiting for their first answer; bounded by open orders.
  base::UnixNanos timer_at_;
  std::atomic<bool> wants_shutdown_ = false;
  std::atomic<std::size_t> open_orders_ = 0;
};

}  // namespace bulwark::trader

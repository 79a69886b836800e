// One trader: its start from the ledger and the venue, its threads, its end.
//
// Shape:   Create() takes the run's epoch and reads the books; Start() asks the venue what happened
//          meanwhile, books it, and lets the threads go; Stop() ends them in the order of the data,
//          so that what was decided is journaled and shown.
// Errors:  kConflict when another trader holds the account; kCorrupt for a damaged ledger; others
//          as the parts. After Start() nothing fails: links that are down block entries and come
//          back.
// Threads: the main thread makes all calls; docs/threads.md names the others.
// Owner:   owns everything below it.
// Source:  design sections 2 to 4

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/result.h"
#include "base/triple_buffer.h"
#include "base/worker.h"
#include "calendar/exchange_calendar.h"
#include "config/settings.h"
#include "engine/engine.h"
#include "journal/recorder.h"
#include "journal/tap.h"
#include "ledger/ledger_store.h"
#include "ledger/recovered_books.h"
#include "ledger/spill_store.h"
#include "market/feed.h"
#include "model/foreign_day_trade.h"
#include "model/instrument.h"
#include "model/telemetry.h"
#include "trader/assembly.h"
#include "trader/books_copy.h"
#include "trader/day_trade_board.h"
#include "trader/engine_loop.h"
#include "trader/environment.h"
#include "trader/exit_gate.h"
#include "trader/feed_thread.h"
#include "trader/health.h"
#include "trader/latency_board.h"
#include "trader/ledger_writer.h"
#include "trader/publisher_thread.h"
#include "trader/queues.h"
#include "trader/reconcile_desk.h"
#include "trader/reconciler.h"
#include "trader/venue_thread.h"
#include "trader/watcher.h"
#include "venue/venue.h"

namespace bulwark::trader {

// What a run did, for people.
struct Summary {
  std::uint64_t epoch = 0;
  std::uint64_t feed_events = 0;
  std::uint64_t orders_sent = 0;
  std::uint64_t refused_at_exit = 0;
  std::uint64_t fills = 0;
  std::uint64_t denials = 0;
  std::uint64_t duplicate_fills = 0;
  std::uint64_t commits = 0;
  std::uint64_t transactions = 0;
  std::uint64_t transaction_failures = 0;
  std::uint64_t worst_cycle_ns = 0;
  std::uint64_t cycles_over_budget = 0;
  std::size_t open_orders = 0;
  std::optional<base::Decimal> equity;
  base::Decimal cash;
  base::Decimal realised_pnl;
  base::Decimal opening_cash;
  std::vector<std::string> positions;  // "BTC/USDT 0.15"
};

class Trader {
 public:
  static base::Result<std::unique_ptr<Trader>> Create(const config::Settings& settings,
                                                      const std::string& version,
                                                      Environment& environment);
  ~Trader();
  Trader(const Trader&) = delete;
  Trader& operator=(const Trader&) = delete;
  Trader(Trader&&) = delete;
  Trader& operator=(Trader&&) = delete;

  // Waits for the venue as long as it takes, or until `should_stop` says so.
  base::Result<void> Start(const std::function<bool()>& should_stop);
  // Another trader took the account over: this one must end.
  [[nodiscard]] bool is_fenced() const;
  void Stop();

  // After Stop().
  [[nodiscard]] Summary Summarize() const;

  // For checks between two turns of its threads; live, they belong to their threads.
  [[nodiscard]] const engine::Engine& engine() const { return *engine_; }
  [[nodiscard]] const Queues& queues() const { return queues_; }
  [[nodiscard]] const Health& health() const { return health_; }
  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }

 private:
  Trader(const config::Settings& settings, std::string version, Environment& environment,
         model::InstrumentTable instruments);

  base::Result<void> OpenBooks();
  base::Result<void> RefuseForeignBooks();
  base::Result<void> AdoptDayTrades(ledger::RecoveredBooks& books);
  void MakeDayTradeBoard(const EngineStart& start,
                         const std::vector<model::ForeignDayTrade>& foreign);
  void MakeRecorder(const EngineStart& start);
  base::Result<void> MakeThreads(ledger::RecoveredBooks books);
  base::Result<void> ConnectVenue(const std::function<bool()>& should_stop);
  base::Result<void> CatchUpWithVenue();
  void RepeatCancel(const model::Order& order);
  void CatchUpWithOrder(const model::Order& order, const venue::VenueOrder& found, AwayNews& news);
  void NoteUnknownOrder(const model::Fill& fill, AwayNews& news) const;
  void Report(const model::Event& event);

  config::Settings settings_;
  std::string version_;
  Environment& environment_;
  const base::Clock& clock_;
  model::InstrumentTable instruments_;
  std::unique_ptr<ledger::LedgerStore> ledger_;
  std::unique_ptr<ledger::SpillStore> spill_;
  std::uint64_t epoch_ = 0;
  base::Decimal opening_cash_;
  std::uint64_t venue_sequence_ = 0;
  std::vector<model::Order> open_orders_;  // At the start.
  std::set<model::TradeId> booked_;        // At the start; empty once caught up.

  Queues queues_;
  Health health_;
  LatencyBoard latencies_;
  std::unique_ptr<ExitGate> exit_gate_;
  std::unique_ptr<base::TripleBuffer<model::Telemetry>> telemetry_;
  std::unique_ptr<base::TripleBuffer<BooksCopy>> books_;
  std::unique_ptr<market::Feed> feed_;
  std::unique_ptr<venue::Venue> venue_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<DayTradeBoard> day_trades_;

  std::unique_ptr<journal::Tap> tap_;            // Null: no journal.
  std::unique_ptr<journal::Recorder> recorder_;  // Null: no journal.
  std::unique_ptr<EngineLoop> engine_loop_;
  std::unique_ptr<LedgerWriter> ledger_writer_;
  std::unique_ptr<PublisherThread> publisher_;
  std::unique_ptr<Reconciler> reconciler_;
  std::unique_ptr<ReconcileDesk> desk_;  // Null: nobody keeps reports.
  std::unique_ptr<VenueThread> venue_thread_;
  std::unique_ptr<FeedThread> feed_thread_;
  bool are_day_trades_known_ = true;                        // What others told in Redis was read.
  std::optional<calendar::ExchangeCalendar> market_hours_;  // Empty: open around the clock.
  std::unique_ptr<Watcher> watcher_;

  // In the order of the data; stopped one by one in Stop().
  std::unique_ptr<base::Worker> feed_agent_;
  std::unique_ptr<base::Worker> watcher_agent_;
  std::unique_ptr<base::Worker> recorder_agent_;
  std::unique_ptr<base::Worker> engine_agent_;
  std::unique_ptr<base::Worker> ledger_agent_;
  std::unique_ptr<base::Worker> publisher_agent_;
  std::unique_ptr<base::Worker> venue_agent_;
  std::unique_ptr<base::Worker> desk_agent_;
};

}  // namespace bulwark::trader

// Keeps Redis up to date, and lets entries leave only once Redis shows them.
//
// Shape:   actions become the publisher's picture; what changed goes out as one transaction, at
//          once for the books and every `interval` for telemetry. While Redis is away the picture
//          goes on changing, entries are refused, and on return everything is written again.
// Errors:  none to the outside; health and the log tell.
// Threads: DoWork() on the publisher thread; blocks at most the call timeout of the connection.
// Owner:   all references must outlive it.
// Source:  design sections 3 and 4

#pragma once

#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/crash_point.h"
#include "base/time.h"
#include "base/triple_buffer.h"
#include "model/instrument.h"
#include "model/telemetry.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/dialer.h"
#include "redis/url.h"
#include "stateplane/publisher.h"
#include "trader/day_trade_board.h"
#include "trader/exit_gate.h"
#include "trader/health.h"
#include "trader/latency_board.h"
#include "trader/queues.h"

namespace bulwark::trader {

inline constexpr base::DurableWrite kPublishWrite{"redis.publish",
                                                  "a change of the books in Redis"};

struct PublisherTiming {
  base::Nanos telemetry_every{std::chrono::milliseconds{100}};
  base::Nanos heartbeat_every{std::chrono::seconds{1}};
  base::Nanos call_timeout{std::chrono::milliseconds{250}};
};

struct PublisherPeers {
  Queues& queues;
  Health& health;
  LatencyBoard& latencies;
  base::TripleBuffer<model::Telemetry>& telemetry;
  const ExitGate& exit_gate;
  const model::InstrumentTable& instruments;
  const base::Clock& clock = base::SystemClock();
  DayTradeBoard* day_trades = nullptr;  // Where equities are traded under the rules.
};

class PublisherThread {
 public:
  PublisherThread(std::unique_ptr<redis::Dialer> dialer, const PublisherTiming& timing,
                  stateplane::Publisher publisher, const PublisherPeers& peers);
  PublisherThread(redis::Url url, const PublisherTiming& timing, stateplane::Publisher publisher,
                  const PublisherPeers& peers);

  int DoWork();
  // For the end of the program: writes what is left, if Redis takes it.
  void Flush();

  [[nodiscard]] const stateplane::Publisher& publisher() const { return publisher_; }

 private:
  int TakeActions();
  void TakeTelemetry(base::Nanos now);
  void Beat(base::Nanos now);
  bool EnsureConnected(base::Nanos now);
  void NoticeLoss(base::Nanos now);
  void ShowDayTrades(base::Nanos now);
  bool Store();
  void ReleaseEntries(const char* objection);  // Null: Redis shows them.
  void Push(const VenueCommand& command);

  std::unique_ptr<redis::Dialer> dialer_;
  PublisherTiming timing_;
  stateplane::Publisher publisher_;
  Queues& queues_;
  Health& health_;
  LatencyBoard& latencies_;
  base::TripleBuffer<model::Telemetry>& telemetry_;
  const ExitGate& exit_gate_;
  const model::InstrumentTable& instruments_;
  const base::Clock& clock_;
  std::unique_ptr<redis::Connection> connection_;
  redis::Pipeline pipeline_;
  std::vector<model::SendOrder> entries_;  // Wait for the transaction that shows them.
  base::Nanos connect_at_{0};
  base::Nanos telemetry_at_{0};
  base::Nanos asked_at_{0};
  base::Nanos heartbeat_at_{0};
  base::Nanos looked_at_{0};
  DayTradeBoard* day_trades_;
  base::Nanos day_trades_at_{0};  // When the key was compared last.
  bool have_day_trades_failed_ = false;
  std::uint64_t cycles_at_heartbeat_ = 0;
};

}  // namespace bulwark::trader

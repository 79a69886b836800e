// Watches the two stops in ledger and Redis, closes the exit gate at once, and renews the engine's
// permit.
//
// Shape:   wakes for every write to SYSTEM:HALT and risk:kill_switch (keyspace notifications) and
//          reads ledger and Redis at least every `poll_every` besides. Merges the two
//          (stateplane/switch_merger.h), repairs the one that is wrong, tells people once what
//          stood wrongly at a key, and pushes a permit. A HALT sets the kill switch too, once: who
//          ends the halt alone does not set trading going.
// Errors:  what cannot be read makes the permit say so; stops in force stay in force.
// Threads: DoWork() on the watcher thread; blocks at most `poll_every` for a message and the call
//          timeouts.
// Owner:   the ledger is this thread's own; all references must outlive it.
// Source:  design section 3, contract sections 1.2.1, 1.5.2

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "ledger/ledger_store.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/scoped_modes.h"
#include "model/switches.h"
#include "redis/connection.h"
#include "redis/dialer.h"
#include "redis/subscriber.h"
#include "redis/url.h"
#include "stateplane/switch_merger.h"
#include "stateplane/switch_writer.h"
#include "trader/approval_watch.h"
#include "trader/exit_gate.h"
#include "trader/guard_news.h"
#include "trader/health.h"
#include "trader/queues.h"

namespace bulwark::trader {

struct WatcherTiming {
  base::Nanos poll_every{std::chrono::milliseconds{20}};
  base::Nanos call_timeout{std::chrono::milliseconds{60}};  // Keeps the ledger poll under 100 ms.
};

struct WatcherPeers {
  Queues& queues;
  const Health& health;
  ExitGate& exit_gate;
  const base::Clock& clock = base::SystemClock();
  std::uint64_t epoch = 0;      // Of the run; 0: whether it was fenced off is not watched.
  bool does_halt_kill = false;  // A HALT sets the kill switch too.
  const model::InstrumentTable* instruments = nullptr;  // For scoped stops of symbols.
  ApprovalStart approvals = {};
  const calendar::ExchangeCalendar* market_hours = nullptr;  // Null: open around the clock.
};

class Watcher {
 public:
  Watcher(std::unique_ptr<redis::Dialer> dialer, std::unique_ptr<ledger::LedgerStore> ledger,
          const WatcherTiming& timing, const WatcherPeers& peers);
  Watcher(redis::Url url, std::unique_ptr<ledger::LedgerStore> ledger, const WatcherTiming& timing,
          Queues& queues, const Health& health, ExitGate& exit_gate);

  int DoWork();

  // A newer run holds the account: the gate is closed for good.
  [[nodiscard]] bool is_fenced() const { return is_fenced_.load(); }

 private:
  struct Word {
    stateplane::RedisReading reading = stateplane::RedisReading::kMissing;
    stateplane::SeenAtKey seen;
  };
  struct RedisWords {
    Word halt;
    Word kill;
  };

  bool NoticeNewerRun();
  void WaitForNews();
  void CloseByLedger();
  void TellGate();
  void EnsureConnected(base::Nanos now);
  base::Result<RedisWords> ReadRedis();
  void Merge(const std::optional<RedisWords>& words);
  void MergeWords(const RedisWords& words, model::SwitchState& known);
  void HaltForEngine(model::SwitchState& known);
  void KillForHalt(model::SwitchState& known);
  bool ReadScopes();
  void Apply(model::Switch which, const stateplane::SwitchVerdict& verdict, model::SwitchTurn& turn,
             const Word& word);
  void Report(model::Switch which, const stateplane::SwitchVerdict& verdict, const Word& word);
  void Append(model::Switch which, bool is_on, const stateplane::SeenAtKey& seen,
              model::SwitchTurn& known);
  void WriteToRedis(const model::SwitchTurn& turn, const stateplane::SeenAtKey& seen);
  bool IsNewest(const model::SwitchTurn& turn);
  void PushPermit(bool is_redis_ok, bool is_ledger_ok);

  std::unique_ptr<redis::Dialer> dialer_;
  std::unique_ptr<ledger::LedgerStore> ledger_;
  WatcherTiming timing_;
  Queues& queues_;
  const Health& health_;
  ExitGate& exit_gate_;
  const base::Clock& clock_;
  std::uint64_t epoch_;
  bool does_halt_kill_;
  std::atomic<bool> is_fenced_ = false;
  std::optional<base::UnixNanos> gate_told_;
  std::unique_ptr<redis::Connection> connection_;
  std::unique_ptr<redis::Subscriber> subscriber_;
  stateplane::SwitchWriter writer_;
  stateplane::SwitchMerger halt_{/*may_release_by_redis=*/true};
  stateplane::SwitchMerger kill_{/*may_release_by_redis=*/false};
  std::optional<model::SwitchState> switches_;  // As last read; empty before the first time.
  struct {
    bool halt = false;
    bool kill = false;
  } unjournaled_;  // Stops of Redis that the ledger could not take.
  struct {
    std::optional<stateplane::SeenAtKey> halt;
    std::optional<stateplane::SeenAtKey> kill;
  } reported_;  // What people were told stands wrongly at a key.
  GuardNews news_;
  ApprovalWatch approvals_;
  const model::InstrumentTable* instruments_;
  model::ScopedModes scopes_;  // As last read.
  std::uint64_t scopes_told_ = 0;
  bool is_halted_ = true;
  bool is_killed_ = true;
  base::Nanos connect_at_{0};
};

}  // namespace bulwark::trader

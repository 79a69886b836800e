// Makes the engine's actions durable in groups, and lets orders go on only afterwards.
//
// Shape:   takes what waits in the journal queue (at most kGroupMax) and commits it as one
//          transaction. Then cancels and reducing orders go to the venue thread, all else to the
//          publisher, entries among it: they leave only once Redis shows them.
//          While the ledger is away, entries are refused; cancels and reducing orders leave at
//          once, and what is journaled goes to the spill (ledger/spill.h). Spilled is durable, so
//          Redis may show it. What neither takes is kept in memory and tried again; notices never
//          wait for it. When the ledger is back, it takes the spill, once, and then the rest.
// Errors:  a fenced-off run (a newer trader holds the account) stops all sending for good. All
//          other errors mean that the ledger is away: an alert, and no entries.
// Threads: DoWork() on the ledger thread; blocks on the disk.
// Owner:   all arguments must outlive it.
// Source:  design sections 3 and 4

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/ledger_store.h"
#include "ledger/spill_store.h"
#include "model/action.h"
#include "trader/exit_gate.h"
#include "trader/health.h"
#include "trader/queues.h"

namespace bulwark::trader {

// What a writer may do without, as in tests of one thread.
struct WriterHelp {
  ledger::SpillStore* spill = nullptr;
  ExitGate* exit_gate = nullptr;  // Closed for good when the ledger says that a newer run has it.
};

class LedgerWriter {
 public:
  static constexpr std::size_t kGroupMax = 512;

  LedgerWriter(ledger::LedgerStore& ledger, std::uint64_t epoch, Queues& queues, Health& health,
               const base::Clock& clock = base::SystemClock(), const WriterHelp& help = {});

  int DoWork();
  // For the end of the program: commits what is left.
  void Flush();

  [[nodiscard]] bool is_fenced() const { return is_fenced_.load(); }

 private:
  void Take(std::size_t limit);
  bool Commit();
  void GoAway(const base::Error& error);
  int WorkWhileAway(bool has_news);
  bool Spill();
  bool Return();
  void Thin();
  void ReleaseGroup();
  void ReleaseExitsOnly(std::size_t from);
  void ReleaseNotices(std::size_t from);
  void PushVenue(const VenueCommand& command);
  void PushPublished();

  ledger::LedgerStore& ledger_;
  std::uint64_t epoch_;
  Queues& queues_;
  Health& health_;
  const base::Clock& clock_;
  WriterHelp help_;
  std::vector<model::Action> group_;
  std::vector<model::Action> shown_;  // What of the group goes on to the publisher.
  std::size_t already_released_ = 0;  // Actions of the group that left while the ledger was away.
  bool is_away_ = false;
  bool has_spill_failed_ = false;
  base::Nanos retry_at_{0};
  std::atomic<bool> is_fenced_ = false;
};

}  // namespace bulwark::trader

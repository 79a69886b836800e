// What the threads tell each other about their peers, and the counters of the run.
//
// Threads: each atomic has one writer, named beside it; anybody reads. Relaxed: they are news, not
//          locks.

#pragma once

#include <atomic>
#include <cstdint>

namespace bulwark::trader {

struct Health {
  std::atomic<bool> is_ledger_writable = true;  // ledger writer: the last commit went through
  std::atomic<bool> is_redis_writable = false;  // publisher: the last transaction went through
  std::atomic<bool> is_venue_up = false;        // venue thread
  std::atomic<bool> wants_telemetry = false;    // publisher asks, engine clears
  // engine loop: it stopped by itself and a HALT is to be written; until one is in force
  std::atomic<bool> wants_halt = false;
  std::atomic<std::uint64_t> engine_cycles = 0;   // engine loop, also when there is nothing to do
  std::atomic<std::uint64_t> worst_cycle_ns = 0;  // engine loop
  std::atomic<std::uint64_t> cycles_over_budget = 0;    // engine loop
  std::atomic<std::uint64_t> cycles_held_back = 0;      // engine loop: the journal was nearly full
  std::atomic<std::uint64_t> notices_dropped = 0;       // engine loop: signals and denials not told
  std::atomic<std::uint64_t> commits = 0;               // ledger writer
  std::atomic<std::uint64_t> commit_failures = 0;       // ledger writer
  std::atomic<std::uint64_t> transactions = 0;          // publisher
  std::atomic<std::uint64_t> transaction_failures = 0;  // publisher
  std::atomic<std::uint64_t> orders_sent = 0;           // venue thread
  std::atomic<std::uint64_t> orders_refused_at_exit = 0;  // venue thread
  std::atomic<std::uint64_t> feed_events = 0;             // feed thread
  std::atomic<std::uint64_t> venue_ticks_dropped = 0;     // feed thread
  std::atomic<std::uint64_t> fills = 0;                   // ledger writer
};

}  // namespace bulwark::trader

// What a Ledger keeps between calls: its session, its run, and what it does not know yet.
//
// Shape:   the session goes when the server is lost; run and doubt outlive it.
// Errors:  as ledger/ledger.h.
// Threads: one at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/time.h"
#include "ledger/journal.h"
#include "ledger/ledger.h"
#include "ledger/ledger_place.h"
#include "ledger/ledger_store.h"
#include "ledger/session.h"
#include "ledger/trader_lock.h"
#include "model/instrument.h"
#include "sql/connection.h"

namespace bulwark::ledger {

// A commit whose answer was lost with the server: it happened if the chains end as they would.
struct Doubt {
  JournalTails before;
  JournalTails after;
  std::size_t actions = 0;
  std::size_t journaled = 0;  // Those among the actions that a spill would keep.
  CommitReceipt receipt;
};

struct RunState {
  std::uint64_t epoch = 0;
  std::string account;
  std::string venue;
  model::InstrumentTable table;
  std::uint64_t fills_per_snapshot = 0;
};

struct Ledger::Impl {
  Impl(LedgerPlace where, const OpenOptions& how) : place(std::move(where)), options(how) {}

  LedgerPlace place;
  OpenOptions options;
  std::optional<TraderLock> lock;  // Of a file; a server keeps the lock of its session.
  std::unique_ptr<Session> session;
  std::optional<RunState> run;
  std::optional<Doubt> doubt;
  base::Nanos revive_at{0};

  // The open session; opens another one when the server was lost.
  base::Result<Session*> Get();
  base::Result<void> StartJournal(Session& opened) const;
  base::Result<void> TakeLock(sql::Connection& connection);
};

}  // namespace bulwark::ledger

#include "ledger/ledger_impl.h"

#include <chrono>
#include <utility>

#include "base/ensure.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/journal.h"
#include "ledger/ledger.h"
#include "ledger/session.h"
#include "ledger/symbols.h"
#include "ledger/trader_lock.h"
#include "sql/connection.h"
#include "sql/postgres.h"

namespace bulwark::ledger {
namespace {

using base::ErrorCode;
using base::Result;

constexpr base::Nanos kReviveAfter = std::chrono::milliseconds{500};
constexpr int kTraderLockNumber = 1;

}  // namespace

Result<Session*> Ledger::Impl::Get() {
  if (session && session->connection->is_alive()) {
    return session.get();
  }
  session.reset();
  if (base::MonotonicNow() < revive_at) {
    return base::Fail(ErrorCode::kUnavailable, place.Name() + ": the connection was lost");
  }
  OpenOptions again = options;
  again.is_checked = false;
  auto opened = OpenSession(place, again);
  Result<void> ready;
  if (opened && run) {
    // Nobody else may have it: after a crash of the server its own lock has gone, too.
    ready = TakeLock(*(*opened)->connection);
    if (ready) {
      ready = StartJournal(**opened);
    }
  }
  if (!opened || !ready) {
    revive_at = base::MonotonicNow() + kReviveAfter;
    const base::Error& why = opened ? ready.error() : opened.error();
    return base::Fail(ErrorCode::kUnavailable, why.message);
  }
  session = *std::move(opened);
  return session.get();
}

Result<void> Ledger::Impl::StartJournal(Session& opened) const {
  ENSURE(run.has_value());
  const auto symbols = LoadSymbols(*opened.connection);
  if (!symbols) {
    return tl::unexpected<base::Error>(symbols.error());
  }
  auto journal =
      Journal::Create(*opened.connection,
                      {.owner = {.account = run->account, .venue = run->venue, .epoch = run->epoch},
                       .table = run->table,
                       .symbols = SymbolMap(*symbols, run->table),
                       .fills_per_snapshot = run->fills_per_snapshot});
  if (!journal) {
    return tl::unexpected<base::Error>(journal.error());
  }
  opened.journal = *std::move(journal);
  return {};
}

Result<void> Ledger::Impl::TakeLock(sql::Connection& connection) {
  if (place.is_postgres()) {
    const auto taken = sql::TrySessionLock(connection, kTraderLockNumber);
    if (!taken) {
      return tl::unexpected<base::Error>(taken.error());
    }
    return *taken ? Result<void>()
                  : base::Fail(ErrorCode::kConflict,
                               place.Name() + ": another trader holds this ledger; stop it first");
  }
  if (!lock) {
    auto acquired = TraderLock::Acquire(place.file);
    if (!acquired) {
      return tl::unexpected<base::Error>(acquired.error());
    }
    lock.emplace(std::move(*acquired));
  }
  return {};
}

}  // namespace bulwark::ledger

// What a running trader asks of its ledger: the seam between the trader's threads and where the
// ledger is kept.
//
// Shape:   Ledger (ledger/ledger.h) is the real one and says what each call does, with its errors.
//          The simulator has one on a disk that fails.
// Threads: one at a time per object; open one per thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/approval_log.h"
#include "ledger/duplicate_fill.h"
#include "ledger/recent_orders.h"
#include "ledger/recovered_books.h"
#include "ledger/scope_log.h"
#include "ledger/spill_store.h"
#include "model/action.h"
#include "model/autonomy.h"
#include "model/breaker.h"
#include "model/foreign_day_trade.h"
#include "model/instrument.h"
#include "model/portfolio.h"
#include "model/scoped_modes.h"
#include "model/switches.h"

namespace bulwark::ledger {

struct AccountSetup {
  std::string name = "main";
  std::string venue = "paper";
  base::Decimal opening_cash;
  base::UnixNanos at;
  model::AccountTerms terms;
};

struct RunInfo {
  std::string version;
  base::UnixNanos at;
  std::uint64_t fills_per_snapshot = 2'000;  // How many a start replays at most.
};

struct CommitReceipt {
  std::uint32_t journaled = 0;            // Actions stored.
  std::vector<DuplicateFill> duplicates;  // Not empty: stop trading and recover.
};

class LedgerStore {
 public:
  LedgerStore() = default;
  virtual ~LedgerStore() = default;
  LedgerStore(const LedgerStore&) = delete;
  LedgerStore& operator=(const LedgerStore&) = delete;
  LedgerStore(LedgerStore&&) = delete;
  LedgerStore& operator=(LedgerStore&&) = delete;

  virtual base::Result<std::optional<std::string>> EnsureAccount(const AccountSetup& setup) = 0;
  virtual base::Result<model::InstrumentTable> CompleteInstruments(
      const model::InstrumentTable& table) = 0;
  virtual base::Result<std::uint64_t> BeginRun(const RunInfo& info,
                                               const model::InstrumentTable& table) = 0;
  virtual base::Result<CommitReceipt> Commit(std::uint64_t epoch,
                                             std::span<const model::Action> actions) = 0;
  // Stores what a spill kept, once: a spill that was stored before changes nothing.
  virtual base::Result<CommitReceipt> CommitSpill(std::uint64_t epoch, const SpillContent& spill) {
    return Commit(epoch, spill.actions);
  }
  virtual base::Result<RecoveredBooks> Recover(const model::InstrumentTable& table) = 0;
  virtual base::Result<std::vector<RecentOrder>> RecentOrders(const model::InstrumentTable& table,
                                                              std::size_t changes) = 0;
  virtual base::Result<model::SwitchTurn> Turn(const model::SwitchTurn& turn) = 0;
  virtual base::Result<model::SwitchState> ReadSwitches() = 0;
  // What a person did about breakers; a trip and its end come with Commit().
  virtual base::Result<void> NoteBreaker(const model::BreakerRow& row) = 0;
  virtual base::Result<model::BreakerRecord> ReadBreakers() = 0;
  // Stops of a part of the account.
  virtual base::Result<model::ScopeTurn> TurnScope(const model::ScopeTurn& turn) = 0;
  virtual base::Result<ScopeState> ReadScopes() = 0;
  // The mode of autonomy, and what people answered after the answer of that sequence.
  virtual base::Result<ApprovalNews> ReadApprovals(std::uint64_t after) = 0;
  // Writes the mode that a new ledger begins with; changes nothing when there is one.
  virtual base::Result<void> EnsureMode(const model::ModeTurn& /*opening*/) { return {}; }
  virtual base::Result<std::uint64_t> LastEpoch() = 0;
  // Keeps what others told of day trades. Those that are kept already change nothing.
  virtual base::Result<void> KeepForeignDayTrades(
      std::span<const model::ForeignDayTrade> /*trades*/, base::UnixNanos /*at*/) {
    return {};
  }
  // Whether nothing was ever traded, opened or imported here.
  virtual base::Result<bool> IsNew() { return false; }
};

}  // namespace bulwark::ledger

// The durable truth of one account: orders, fills, stops, day anchors and runs, in one SQLite file
// or one PostgreSQL database.
//
// Shape:   what is committed survives power loss (WAL, synchronous=FULL). Order events, fills,
//          switch turns and runs are only ever added; the first two are linked by hashes
//          (ledger/chain.h). One ledger belongs to one account at one venue. A server that was lost
//          is connected again by the next call; a commit whose answer was lost is looked up then.
// Errors:  kConflict: another trader runs, or this run was fenced off by a newer one, or the file
//          is another account's. kCorrupt: the file is damaged or its rows contradict themselves;
//          it is left as it is. kUnavailable: locked for over 2 s, disk full, read-only. kNotFound:
//          no file to read, or a symbol that the table lacks. Every message starts with the file.
// Threads: one at a time per Ledger; open one per thread or process. All calls block on the disk,
//          at most the busy timeout of 2 s plus the time of the disk. Never call it from the engine
//          thread.
// Owner:   holds the trader lock from BeginRun() to its end.
// Source:  docs/decisions.md#the-ledger-is-the-truth-and-redis-is-a-view

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "approvals/mode_change.h"
#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/approval_log.h"
#include "ledger/autonomy_measures.h"
#include "ledger/chain.h"
#include "ledger/ledger_place.h"
#include "ledger/ledger_store.h"
#include "ledger/recent_orders.h"
#include "ledger/recovered_books.h"
#include "ledger/release_rules.h"
#include "ledger/run_history.h"
#include "ledger/session.h"
#include "ledger/spill.h"
#include "model/action.h"
#include "model/autonomy.h"
#include "model/breaker.h"
#include "model/fill.h"
#include "model/foreign_day_trade.h"
#include "model/instrument.h"
#include "model/switches.h"
#include "sql/connection.h"

namespace bulwark::ledger {

using sql::Access;

// How much of the chains to check: all rows, or those after the newest few thousand.
enum class Depth : std::uint8_t { kWhole, kTail };

class Ledger final : public LedgerStore {
 public:
  static base::Result<std::unique_ptr<Ledger>> Open(const LedgerPlace& place,
                                                    const OpenOptions& options = {});
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  Ledger(Ledger&&) = delete;
  Ledger& operator=(Ledger&&) = delete;
  ~Ledger() override;

  // Sets the account once. Later calls change nothing: another name or venue is kConflict, another
  // opening cash is ignored and answered as a note for people.
  base::Result<std::optional<std::string>> EnsureAccount(const AccountSetup& setup) override;

  // The table and, after it, a default instrument for each symbol that only the ledger knows.
  base::Result<model::InstrumentTable> CompleteInstruments(
      const model::InstrumentTable& table) override;

  // Takes the trader lock, writes the run and answers its epoch; any older run is fenced off from
  // now on. The table gives the symbols for Commit(). Requires: EnsureAccount() was called for this
  // file once.
  base::Result<std::uint64_t> BeginRun(const RunInfo& info,
                                       const model::InstrumentTable& table) override;

  // Stores what is journaled among the actions (OrderChanged, FillBooked, AnchorSet) in one
  // transaction; all of it or, on an error, nothing. A fill that is already there is skipped and
  // reported. Requires: BeginRun() of this object gave an epoch; passing another one is refused as
  // fenced off. After a kUnavailable the next call must begin with the same actions: if they were
  // stored and only the answer was lost, they are not stored again.
  base::Result<CommitReceipt> Commit(std::uint64_t epoch,
                                     std::span<const model::Action> actions) override;
  base::Result<CommitReceipt> CommitSpill(std::uint64_t epoch, const SpillContent& spill) override;

  // Everything a trader needs to go on, from one snapshot of the file. A symbol of the ledger that
  // the table lacks is kNotFound (see CompleteInstruments).
  base::Result<RecoveredBooks> Recover(const model::InstrumentTable& table) override;
  // The orders among the last `changes` order events, with all their trades, by their last change.
  base::Result<std::vector<RecentOrder>> RecentOrders(const model::InstrumentTable& table,
                                                      std::size_t changes) override;

  // The newest `limit` fills, oldest first, in the order of booking.
  base::Result<std::vector<model::Fill>> Fills(const model::InstrumentTable& table,
                                               std::size_t limit);

  // Of one run, or of one order over all runs (ledger/run_history.h).
  base::Result<History> RunHistory(const model::InstrumentTable& table, std::uint64_t epoch);
  base::Result<History> OrderHistory(const model::InstrumentTable& table, const model::OrderId& id);
  base::Result<std::vector<model::OrderId>> FindOrders(std::string_view prefix, std::size_t limit);

  // Orders whose last state contradicts their fills or their last event, fills without an order,
  // and fills whose booked P&L is not what the fills give; in words, at most `limit`.
  base::Result<std::vector<std::string>> FindContradictions(const model::InstrumentTable& table,
                                                            std::size_t limit);

  // The first row that does not fit its hash.
  base::Result<std::optional<ChainBreak>> FindChainBreak(Depth depth);

  // Appends a turn; turning what is already so is recorded too. Durable when it returns.
  base::Result<model::SwitchTurn> Turn(const model::SwitchTurn& turn) override;
  // The kill switch off, if it may be; see release_rules.h. kConflict, and a record of the refusal,
  // when not.
  base::Result<model::SwitchTurn> ReleaseKill(const model::SwitchTurn& turn,
                                              const ReleaseRules& rules);
  base::Result<model::SwitchState> ReadSwitches() override;
  base::Result<model::ScopeTurn> TurnScope(const model::ScopeTurn& turn) override;
  base::Result<ScopeState> ReadScopes() override;
  base::Result<void> NoteBreaker(const model::BreakerRow& row) override;
  base::Result<model::BreakerRecord> ReadBreakers() override;
  base::Result<ApprovalNews> ReadApprovals(std::uint64_t after) override;
  base::Result<void> EnsureMode(const model::ModeTurn& opening) override;
  base::Result<std::optional<model::ModeTurn>> Mode();
  base::Result<approvals::Measures> Measure(const MeasuredTime& time);
  // A person's answer to a proposal; see approval_log.h.
  base::Result<StoredProposal> AnswerProposal(const Answer& answer);
  base::Result<StoredProposal> FindProposal(const model::OrderId& id);
  base::Result<std::vector<StoredProposal>> Proposals(ProposalFilter filter, std::size_t limit);
  base::Result<model::ModeTurn> ChangeMode(const model::ModeTurn& turn, std::uint64_t last);
  // When the switch was last turned on after having been off; empty while it is off.
  base::Result<std::optional<base::UnixNanos>> OnSince(model::Switch which);
  // The newest turn's number, 0 for none. Cheap: a few microseconds, for a poll.
  base::Result<std::uint64_t> LastSwitchSequence();
  // Orders of the venue that are not ours or that our books lost, as reports have named them.
  base::Result<std::vector<std::string>> ForeignOrders();
  // kConflict before BeginRun() of this object gave an epoch.
  base::Result<void> KeepForeignDayTrades(std::span<const model::ForeignDayTrade> trades,
                                          base::UnixNanos at) override;
  // The newest run's epoch, 0 for none.
  base::Result<std::uint64_t> LastEpoch() override;
  base::Result<bool> IsNew() override;

  // For what reads or fills whole tables (export, restore, import, reports). Ends with the next
  // call.
  base::Result<sql::Connection*> Connection();

  [[nodiscard]] const LedgerPlace& place() const;

 private:
  struct Impl;
  explicit Ledger(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace bulwark::ledger

// A ledger on a disk that is slow, full, locked or gone, and that keeps only what was synced.
//
// Shape:   Disk is what survives every crash; a FakeLedger is one open handle of one life. A commit
//          is staged in the handle, waits for the disk, and then becomes part of the disk as a
//          whole: a crash before that moment leaves nothing of it (a torn write is thrown away by
//          the real ledger's journal), a crash after it leaves all of it and an unheard answer.
// Errors:  as ledger/ledger.h.
// Threads: one.
// Source:  ledger/ledger.h, ledger/recovery.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ledger/approval_log.h"
#include "ledger/ledger_store.h"
#include "ledger/scope_log.h"
#include "ledger/spill_store.h"
#include "model/action.h"
#include "model/autonomy.h"
#include "model/breaker.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/proposal.h"
#include "model/scoped_modes.h"
#include "model/switches.h"
#include "reconcile/report.h"
#include "sim/context.h"
#include "sim/fake_spill.h"

namespace bulwark::sim {

struct TradeHash {
  std::size_t operator()(const model::TradeId& id) const {
    return std::hash<std::string_view>{}(id.view());
  }
};

class Disk {
 public:
  struct OrderRow {
    model::Order order;
    std::vector<model::TradeId> trades;
    std::uint64_t last_change = 0;
    std::uint64_t epoch = 0;  // Of the run that changed it last.
  };

  // With the number of fills that were booked before it.
  struct AdjustmentRow {
    model::BooksAdjusted what;
    std::size_t after_fills = 0;
  };

  // What a person decided about an item of a report, by its number from 1.
  struct DecisionRow {
    reconcile::Decision decision;
    std::string outcome;  // Empty while it is open.
  };

  explicit Disk(Context& context) : context_(context) {}

  // Makes one transaction durable.
  ledger::CommitReceipt Apply(std::span<const model::Action> actions);
  // The same for a spill, once: without what the ledger has, and what newer runs did to its orders.
  ledger::CommitReceipt Apply(const ledger::SpillContent& spill);
  model::SwitchTurn Append(model::SwitchTurn turn);
  // Gives the report and its items their numbers.
  reconcile::Report Keep(const reconcile::Report& report);
  base::Result<std::uint64_t> Decide(std::uint64_t item, reconcile::Verb verb,
                                     const std::string& actor);
  [[nodiscard]] bool IsDecided(std::uint64_t item) const;
  void Append(model::BreakerRow row);
  [[nodiscard]] model::BreakerRecord Breakers() const;
  model::ScopeTurn Append(model::ScopeTurn turn);
  void Put(const model::Proposal& proposal);
  // Whether it was the first and in time.
  bool Answer(const ledger::Answer& answer);
  void SetMode(model::AutonomyMode to, base::UnixNanos at);

  // Null when nothing was ever proposed for it.
  [[nodiscard]] const model::Proposal* NewestProposal(model::InstrumentId instrument) const;
  [[nodiscard]] bool HasIntent(const model::OrderId& id) const { return orders.contains(id); }
  [[nodiscard]] bool is_failing() const { return context_.scheduler.now() < full_until; }

  std::optional<ledger::AccountSetup> account;
  std::uint64_t last_epoch = 0;
  std::unordered_map<model::OrderId, OrderRow> orders;
  std::vector<model::OrderId> order_ids;  // In the order of their first event.
  std::vector<model::FillBooked> fills;
  std::unordered_set<model::TradeId, TradeHash> trades;
  std::unordered_set<model::TradeId, TradeHash> first_ids;  // As the venue gave them first.
  std::vector<AdjustmentRow> adjustments;
  std::set<std::string, std::less<>> adjustment_ids;
  std::set<std::string, std::less<>> round_trips;
  std::set<std::string, std::less<>> merged_spills;
  std::map<int, SpillFile> spills;  // By machine.
  std::optional<reconcile::Report> newest_report;
  std::uint64_t report_items = 0;
  std::vector<DecisionRow> decisions;
  std::map<model::AnchorKind, model::AnchorSet> anchors;  // The newest of each kind.
  model::SwitchState switches;
  std::vector<model::BreakerRow> breaker_rows;
  ledger::ScopeState scopes;
  std::map<model::OrderId, model::Proposal> proposals;
  std::vector<ledger::Answer> answers;
  std::optional<model::ModeTurn> mode;
  std::uint64_t switch_turns = 0;
  std::uint64_t changes = 0;
  int lock_holder = -1;  // The life that holds the trader lock; -1 for none.
  base::Nanos full_until{0};
  base::Nanos unreadable_until{0};

 private:
  void Take(const model::OrderChanged& changed);
  // A trade id that is booked already is a violation.
  void Take(const model::FillBooked& booked, ledger::CommitReceipt& receipt);
  void Take(const model::BooksAdjusted& adjusted);
  void Take(const model::RoundTripClosed& closed);
  void StandDown(const model::SwitchTurn& turn);

  Context& context_;
};

// A transaction that the disk acknowledged before it had it (Bug::kLazyFsync).
using Unsynced = std::vector<std::vector<model::Action>>;

// What a watcher was told last.
struct LastReading {
  model::SwitchState switches;
  bool is_known = false;
};

class FakeLedger final : public ledger::LedgerStore {
 public:
  // With `reading` it is a watcher's handle, which notes there what it answered.
  FakeLedger(Context& context, Disk& disk, int life, LastReading* reading);
  ~FakeLedger() override;
  FakeLedger(const FakeLedger&) = delete;
  FakeLedger& operator=(const FakeLedger&) = delete;
  FakeLedger(FakeLedger&&) = delete;
  FakeLedger& operator=(FakeLedger&&) = delete;

  base::Result<std::optional<std::string>> EnsureAccount(
      const ledger::AccountSetup& setup) override;
  base::Result<model::InstrumentTable> CompleteInstruments(
      const model::InstrumentTable& table) override;
  base::Result<std::uint64_t> BeginRun(const ledger::RunInfo& info,
                                       const model::InstrumentTable& table) override;
  base::Result<ledger::CommitReceipt> Commit(std::uint64_t epoch,
                                             std::span<const model::Action> actions) override;
  base::Result<ledger::CommitReceipt> CommitSpill(std::uint64_t epoch,
                                                  const ledger::SpillContent& spill) override;
  base::Result<ledger::RecoveredBooks> Recover(const model::InstrumentTable& table) override;
  base::Result<std::vector<ledger::RecentOrder>> RecentOrders(const model::InstrumentTable& table,
                                                              std::size_t changes) override;
  base::Result<model::SwitchTurn> Turn(const model::SwitchTurn& turn) override;
  base::Result<model::SwitchState> ReadSwitches() override;
  base::Result<void> NoteBreaker(const model::BreakerRow& row) override;
  base::Result<model::BreakerRecord> ReadBreakers() override;
  base::Result<model::ScopeTurn> TurnScope(const model::ScopeTurn& turn) override;
  base::Result<ledger::ScopeState> ReadScopes() override;
  base::Result<void> EnsureMode(const model::ModeTurn& opening) override;
  base::Result<ledger::ApprovalNews> ReadApprovals(std::uint64_t after) override;
  base::Result<std::uint64_t> LastEpoch() override { return disk_.last_epoch; }

  // For Bug::kSendFirst: sees a group before it is durable.
  std::function<void(std::span<const model::Action>)> before_commit;

 private:
  base::Result<void> Reach(std::string_view call);
  // Whether the disk takes a transaction of this run now.
  base::Result<void> Admit(std::uint64_t epoch);
  bool is_dead() const;
  void Replay(ledger::RecoveredBooks& books);
  void CheckProfit(base::Decimal recomputed, base::Decimal booked, std::string_view id);
  void AddOpenOrders(ledger::RecoveredBooks& books);
  void RecoverApprovals(ledger::RecoveredBooks& books);

  Context& context_;
  Disk& disk_;
  int life_;
  LastReading* reading_;
  Unsynced unsynced_;
};

}  // namespace bulwark::sim

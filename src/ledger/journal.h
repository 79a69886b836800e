// Writes the journaled actions of one batch as rows, each linked to the row before it.
//
// Shape:   prepared once per run; writes inside the transaction that the caller has open. It is the
//          only writer of the chained tables, so it numbers and links their rows itself and
//          follows the books for the snapshots. What a batch wrote counts from Keep() on; Revert()
//          goes back to before it.
// Errors:  passes on database errors; the caller then gives the transaction up.
// Threads: the thread of its connection. Must not outlive the connection.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "ledger/chain.h"
#include "ledger/duplicate_fill.h"
#include "ledger/fill_row.h"
#include "ledger/snapshot.h"
#include "ledger/symbols.h"
#include "model/action.h"
#include "model/instrument.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {

struct JournalTails {
  ChainTail events;
  ChainTail fills;
  ChainTail adjustments;
  ChainTail trips;

  bool operator==(const JournalTails&) const = default;
};

class Journal {
 public:
  struct Run {
    FillOwner owner;
    model::InstrumentTable table;
    SymbolMap symbols;
    std::uint64_t fills_per_snapshot = 0;
  };

  // Reads where the chains end and what is owned by then.
  static base::Result<std::unique_ptr<Journal>> Create(sql::Connection& connection, Run run);

  [[nodiscard]] std::uint64_t epoch() const { return run_.owner.epoch; }
  [[nodiscard]] const JournalTails& tails() const { return tails_; }

  // The newest epoch in the ledger, to compare with one's own.
  base::Result<std::uint64_t> NewestEpoch();
  base::Result<void> Write(const model::OrderChanged& changed);
  // Answers false and adds to `duplicates` when the trade is already there.
  base::Result<bool> Write(const model::FillBooked& booked, std::vector<DuplicateFill>& duplicates);
  base::Result<void> Write(const model::AnchorSet& anchor);
  base::Result<void> Write(const model::BreakerChanged& changed);
  base::Result<void> Write(const model::ProposalChanged& changed);
  // These two are written once each, by their id.
  base::Result<void> Write(const model::BooksAdjusted& booked);
  base::Result<void> Write(const model::RoundTripClosed& closed);
  // When enough fills were written since the last one.
  base::Result<void> WriteSnapshotIfDue();

  void Keep();
  void Revert();

 private:
  Journal(sql::Connection& connection, Run run, std::vector<sql::Statement> statements);
  base::Result<DuplicateFill> CompareWithStored(const model::Fill& fill);
  // The row of a chained table whose cells after `sequence` are set: links it to the tail and
  // stores it. Answers false when its key is there already.
  base::Result<bool> Append(sql::Statement& insert, Chain& chain, ChainTail& tail);
  BooksAt& BooksToChange();

  sql::Connection& connection_;
  Run run_;
  std::vector<sql::Statement> statements_;  // In the order of Journal::Create().
  Chain event_chain_;
  Chain fill_chain_;
  Chain adjustment_chain_;
  Chain trip_chain_;
  JournalTails tails_;
  JournalTails kept_tails_;
  BooksAt books_;
  std::uint64_t snapshot_fills_ = 0;  // The fills in the newest snapshot.
  std::uint64_t kept_snapshot_fills_ = 0;
  // The books before the batch; only while it changed them.
  std::unique_ptr<BooksAt> kept_books_;
};

}  // namespace bulwark::ledger

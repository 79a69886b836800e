// Writes the journaled actions of one batch as rows.
//
// Shape:   prepared once per run; writes inside the transaction that the caller has open.
// Errors:  passes on database errors; the caller then gives the transaction up.
// Threads: the thread of its connection. Must not outlive the connection.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "ledger/duplicate_fill.h"
#include "ledger/symbols.h"
#include "model/action.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {

class Journal {
 public:
  struct Run {
    std::uint64_t epoch = 0;
    std::string account;
    std::string venue;
    SymbolMap symbols;
  };

  static base::Result<Journal> Create(sql::Connection& connection, Run run);

  [[nodiscard]] std::uint64_t epoch() const { return run_.epoch; }

  // The newest epoch in the ledger, to compare with one's own.
  base::Result<std::uint64_t> NewestEpoch();
  base::Result<void> Write(const model::OrderChanged& changed);
  // Answers false and adds to `duplicates` when the trade is already there.
  base::Result<bool> Write(const model::FillBooked& booked, std::vector<DuplicateFill>& duplicates);
  base::Result<void> Write(const model::AnchorSet& anchor);
  base::Result<void> Write(const model::BooksAdjusted& booked);
  base::Result<void> Write(const model::RoundTripClosed& closed);

 private:
  Journal(Run run, std::vector<sql::Statement> statements);
  base::Result<DuplicateFill> CompareWithStored(const model::Fill& fill);

  Run run_;
  std::vector<sql::Statement> statements_;  // In the order of Journal::Create().
};

}  // namespace bulwark::ledger

// The books after a certain fill and adjustment, so that a start need not replay them from the
// first.
//
// Shape:   all that fills and adjustments make: cash, positions with lots, collateral and round
//          trip, sums. What open orders reserve is not set apart: that comes from the orders. A
//          snapshot counts only with the hashes of its last rows in it and over it, and for the
//          terms of the account that it was made with; another one is as if it were not there.
// Errors:  database errors; kCorrupt for a text that no snapshot has.
// Threads: the thread of the connection.
// Source:  docs/ledger.md#snapshots

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ledger/chain.h"
#include "ledger/symbols.h"
#include "model/accounting.h"
#include "model/adjustment.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/portfolio.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {

struct BooksAt {
  std::int64_t fill = 0;        // The sequence of the last fill in it; 0 for the opening books.
  std::int64_t adjustment = 0;  // And of the last adjustment.
  std::uint64_t fills = 0;
  std::uint64_t venue_sequence_max = 0;
  model::Portfolio portfolio;

  model::BooksEffect Apply(std::int64_t sequence, const model::Fill& booked);
  model::BooksEffect Apply(std::int64_t sequence, const model::Adjustment& booked);
};

// As it is stored: one word and its numbers a line.
std::string TextOf(const BooksAt& books, const SymbolMap& symbols,
                   const model::InstrumentTable& table);
base::Result<BooksAt> BooksFrom(std::string_view text, const SymbolMap& symbols);

// The newest one that counts and whose last fill is not after `fill_max`; empty for none.
struct SnapshotWish {
  model::AccountTerms terms;
  std::int64_t fill_max = 0;
};
base::Result<std::optional<BooksAt>> ReadSnapshot(sql::Connection& connection,
                                                  const SymbolMap& symbols,
                                                  const SnapshotWish& wish);

// The hashes of the last fill and of the last adjustment in it.
struct SnapshotRoots {
  std::string_view fill;
  std::string_view adjustment;
};
// Requires: a transaction is open.
base::Result<void> WriteSnapshot(sql::Connection& connection, const BooksAt& books,
                                 const std::string& text, const SnapshotRoots& roots);

}  // namespace bulwark::ledger

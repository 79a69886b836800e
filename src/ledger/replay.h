// The books again, from the rows of fills and adjustments.
//
// Shape:   in the order of booking: an adjustment comes after the fill that it names.
// Errors:  kCorrupt for amounts or words that no books have, kNotFound for a symbol that the run's
//          table lacks or when the account was never set up; others from the database.
// Threads: the thread of the connection.
// Source:  docs/ledger.md#snapshots

#pragma once

#include <cstdint>
#include <functional>

#include "base/decimal.h"
#include "base/result.h"
#include "ledger/adjustment_row.h"
#include "ledger/recovered_books.h"
#include "ledger/snapshot.h"
#include "ledger/symbols.h"
#include "model/accounting.h"
#include "sql/connection.h"

namespace bulwark::ledger {

// Cash, terms and positions before the first fill.
base::Result<BooksAt> ReadOpening(sql::Connection& connection, const SymbolMap& symbols);

// The newest snapshot whose last fill is not after `fill_max`, else the opening books.
base::Result<BooksAt> ReadStart(sql::Connection& connection, const SymbolMap& symbols,
                                std::int64_t fill_max);

// The books after all fills and adjustments, from the newest snapshot on.
base::Result<BooksAt> ReadBooks(sql::Connection& connection, const SymbolMap& symbols);

// A fill or an adjustment that was booked again, and what it did.
struct Replayed {
  const BookedFill* fill = nullptr;  // One of the two.
  const BookedAdjustment* adjustment = nullptr;
  model::BooksEffect effect;
  bool is_fifo = true;  // Older fills were booked with another method of realised P&L.
};

// Books what comes after `books`, and shows each when it is in.
base::Result<void> ReplayBooks(sql::Connection& connection, const SymbolMap& symbols,
                               BooksAt& books,
                               const std::function<void(const Replayed&)>& on_booked);

}  // namespace bulwark::ledger

// The rows of the table adjustments: what changed the books besides fills.
//
// Shape:   in the order of booking; each was booked after the fill with the sequence `after_fill`.
// Errors:  kCorrupt for words or ids that no adjustment has, kNotFound for a symbol that the run's
//          table lacks; others from the database.
// Threads: the thread of the connection.
// Source:  docs/orders.md#adjustments

#pragma once

#include <cstdint>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "ledger/symbols.h"
#include "model/adjustment.h"
#include "sql/connection.h"

namespace bulwark::ledger {

struct BookedAdjustment {
  model::Adjustment adjustment;
  base::Decimal realised_pnl;
  std::int64_t after_fill = 0;
};

// All of them: they are few.
base::Result<std::vector<BookedAdjustment>> ReadAdjustments(sql::Connection& connection,
                                                            const SymbolMap& symbols);

}  // namespace bulwark::ledger

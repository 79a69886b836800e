// An adjustment as the cells of one row, in both directions: what changed the books besides fills.
//
// Shape:   the columns of kAdjustmentColumns in that order, here and in the table adjustments. Rows
//          are in the order of booking; each was booked after the fill with the sequence
//          `after_fill`.
// Errors:  kCorrupt for words or ids that no adjustment has, kNotFound for a symbol that the run's
//          table lacks; others from the database.
// Threads: the thread of the connection.
// Source:  docs/orders.md#adjustments

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "ledger/symbols.h"
#include "model/action.h"
#include "model/adjustment.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {

inline constexpr const char* kAdjustmentColumns =
    "id, after_fill, epoch, kind, instrument_id, order_id, trade_id, cash, fees, "
    "restored_quantity, restored_cost, taken_quantity, taken_cost, new_shares, old_shares, "
    "realised_pnl, at, actor";
inline constexpr const char* kAdjustmentKinds = "tiitittiiiiiiiiiit";

struct BookedAdjustment {
  model::Adjustment adjustment;
  base::Decimal realised_pnl;
  std::int64_t sequence = 0;
  std::int64_t after_fill = 0;
};

// What the row says besides the adjustment.
struct AdjustmentOwner {
  std::int64_t after_fill = 0;
  std::uint64_t epoch = 0;
};

void BindAdjustment(sql::Statement& statement, std::size_t first,
                    const model::BooksAdjusted& booked, const AdjustmentOwner& owner,
                    const SymbolMap& symbols);
// Without its sequence.
base::Result<BookedAdjustment> ReadAdjustmentRow(const sql::Statement& row, std::size_t first,
                                                 const SymbolMap& symbols);

// All after the one with this sequence: they are few.
base::Result<std::vector<BookedAdjustment>> ReadAdjustments(sql::Connection& connection,
                                                            const SymbolMap& symbols,
                                                            std::int64_t after);

}  // namespace bulwark::ledger

// A fill as the cells of one row, in both directions.
//
// Shape:   the columns of kFillRowColumns in that order, here and in the table fills.
// Errors:  ReadFillRow() is kCorrupt for ids, words and amounts that no fill has, kNotFound for a
//          symbol that the run's table lacks.
// Threads: any.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "ledger/recovered_books.h"
#include "ledger/symbols.h"
#include "model/action.h"
#include "sql/statement.h"

namespace bulwark::ledger {

inline constexpr const char* kFillRowColumns =
    "account, venue, trade_id, epoch, order_id, instrument_id, side, price, quantity, fee, "
    "realised_pnl, at, booked_at, venue_sequence, fee_currency, fee_charged, fee_quantity, "
    "pnl_method";
inline constexpr const char* kFillRowKinds = "tttititiiiiiiitiit";
// Of pnl_method: how realised_pnl was reckoned. Others are from before lots were kept.
inline constexpr std::size_t kFillRowMethod = 17;
inline constexpr const char* kFifoMethod = "fifo";
// Where the fill itself begins among the columns, with trade_id.
inline constexpr std::size_t kFillRowOwn = 2;

struct FillOwner {
  std::string account;
  std::string venue;
  std::uint64_t epoch = 0;
};

void BindFill(sql::Statement& statement, std::size_t first, const model::FillBooked& booked,
              const FillOwner& owner, const SymbolMap& symbols);
base::Result<BookedFill> ReadFillRow(const sql::Statement& row, std::size_t first,
                                     const SymbolMap& symbols);

// The columns with the table's short name in front of each.
std::string FillColumnsOf(const std::string& table);

}  // namespace bulwark::ledger

// A round trip as the cells of one row, in both directions.
//
// Shape:   the columns of kRoundTripColumns in that order, here and in the table round_trips.
// Errors:  kCorrupt for words or ids that no round trip has, kNotFound for a symbol that the run's
//          table lacks.
// Threads: any.
// Source:  docs/orders.md#lots

#pragma once

#include <cstddef>

#include "base/result.h"
#include "ledger/symbols.h"
#include "model/action.h"
#include "sql/statement.h"

namespace bulwark::ledger {

inline constexpr const char* kRoundTripColumns =
    "id, instrument_id, opening_order, side, strategy, entry_quantity, entry_notional, "
    "exit_quantity, exit_notional, fees, realised_pnl, opened_at, closed_at";
inline constexpr const char* kRoundTripKinds = "titttiiiiiiii";

void BindRoundTrip(sql::Statement& statement, std::size_t first,
                   const model::RoundTripClosed& closed, const SymbolMap& symbols);
base::Result<model::RoundTripClosed> ReadRoundTripRow(const sql::Statement& row, std::size_t first,
                                                      const SymbolMap& symbols);

}  // namespace bulwark::ledger

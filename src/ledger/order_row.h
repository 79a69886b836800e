// An order as the cells of one row, in both directions.
//
// Shape:   the columns of kOrderColumns in that order, here and in the table order_events.
// Errors:  ReadOrder() is kCorrupt for words, ids or texts that no order has, kNotFound for a
//          symbol that the run's table lacks.
// Threads: any.

#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"
#include "ledger/symbols.h"
#include "model/order.h"
#include "sql/statement.h"

namespace bulwark::ledger {

// Comma-separated, order_id first.
extern const char* const kOrderColumns;
// The cells' kinds, as sql::StatementText wants them.
extern const char* const kOrderKinds;

// Sets the parameters from `first` on.
void BindOrder(sql::Statement& statement, std::size_t first, const model::Order& order,
               const SymbolMap& symbols);
// Reads the columns from `first` on.
base::Result<model::Order> ReadOrder(const sql::Statement& row, std::size_t first,
                                     const SymbolMap& symbols);

// "prefix0, :prefix1, ...": as many placeholders as there are letters in `kinds`.
std::string Placeholders(const std::string& kinds);
}  // namespace bulwark::ledger

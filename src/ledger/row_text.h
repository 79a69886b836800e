// Rows as JSON text: one object a row, for the spill journal and for exports.
//
// Shape:   {"table":"fills","row":{"trade_id":"t-1","price":10000000000,...}}. Amounts and times
//          are the integers of the tables. kAll leaves out NULL only; kFilled also 0 and empty
//          texts, as a column that an older program did not know is left out.
// Errors:  ParseRow() is kCorrupt for anything else. Unknown columns are ignored by FillCells().
// Threads: any. Allocates.
// Source:  docs/ledger.md#export

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "sql/statement.h"

namespace bulwark::ledger {

using CellValue = std::variant<std::int64_t, std::string>;

struct ParsedRow {
  std::string table;
  std::map<std::string, CellValue, std::less<>> cells;
};

enum class Cells : std::uint8_t { kAll, kFilled };

// `names` and `kinds` belong to the cells of `row`.
std::string RowAsJson(std::string_view table, const std::vector<std::string>& names,
                      const std::string& kinds, const sql::Statement& row, Cells cells);
base::Result<ParsedRow> ParseRow(std::string_view line);
// Sets a cell for each name; what the row lacks becomes NULL (kAll), or 0 or empty (kFilled).
// kCorrupt for a cell of the wrong kind.
base::Result<void> FillCells(const ParsedRow& row, const std::vector<std::string>& names,
                             const std::string& kinds, sql::Statement& into, Cells cells);

// "a, b, c" -> {"a", "b", "c"}.
std::vector<std::string> SplitColumns(const std::string& columns);

}  // namespace bulwark::ledger

#include "ledger/symbols.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/ensure.h"
#include "base/result.h"
#include "model/instrument.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {

base::Result<std::vector<SymbolRow>> LoadSymbols(sql::Connection& connection) {
  auto query = connection.Prepare(
      {.sql = "SELECT id, symbol FROM instruments WHERE id > 0 ORDER BY id", .columns = "it"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  std::vector<SymbolRow> rows;
  const auto read = query->ForEachRow(
      [&](const sql::Statement& row) { rows.push_back({row.Int(0), row.Text(1)}); });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return rows;
}

base::Result<void> AddSymbols(sql::Connection& connection, const model::InstrumentTable& table) {
  auto insert = connection.Prepare(
      {.sql = "INSERT INTO instruments(symbol) VALUES(:s) ON CONFLICT(symbol) DO NOTHING",
       .params = "t"});
  if (!insert) {
    return tl::unexpected<base::Error>(insert.error());
  }
  for (const model::Instrument& instrument : table.rows()) {
    if (const auto added = insert->Set(0, instrument.symbol.view()).Execute(); !added) {
      return tl::unexpected<base::Error>(added.error());
    }
  }
  return {};
}

SymbolMap::SymbolMap(const std::vector<SymbolRow>& rows, const model::InstrumentTable& table)
    : ledger_ids_(table.size(), 0) {
  for (const SymbolRow& row : rows) {
    const auto at = static_cast<std::size_t>(row.id);
    instruments_.resize(std::max(instruments_.size(), at + 1));
    const std::optional<model::InstrumentId> id = table.Find(row.symbol);
    if (id && table[*id].symbol.view() == row.symbol) {
      instruments_[at] = id;
      ledger_ids_[id->index] = row.id;
    }
  }
}

std::int64_t SymbolMap::LedgerId(model::InstrumentId id) const {
  ENSURE(id.index < ledger_ids_.size() && ledger_ids_[id.index] != 0);
  return ledger_ids_[id.index];
}

std::optional<model::InstrumentId> SymbolMap::Instrument(std::int64_t ledger_id) const {
  if (ledger_id < 0 || static_cast<std::size_t>(ledger_id) >= instruments_.size()) {
    return std::nullopt;
  }
  return instruments_[static_cast<std::size_t>(ledger_id)];
}

}  // namespace bulwark::ledger

// Which row of the ledger's table `instruments` stands for which instrument of this run.
//
// Shape:   the ledger numbers symbols for ever; a run numbers instruments by its configuration.
//          Both ways are arrays, filled once.
// Errors:  LoadSymbols() and AddSymbols() pass on database errors.
// Threads: a value; read it from the thread of its ledger.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/instrument.h"
#include "sql/connection.h"

namespace bulwark::ledger {

struct SymbolRow {
  std::int64_t id = 0;
  std::string symbol;
};

// All symbols of the ledger, by their number.
base::Result<std::vector<SymbolRow>> LoadSymbols(sql::Connection& connection);
// Adds those of the table that are missing. Requires: a transaction is open.
base::Result<void> AddSymbols(sql::Connection& connection, const model::InstrumentTable& table);

class SymbolMap {
 public:
  SymbolMap() = default;
  SymbolMap(const std::vector<SymbolRow>& rows, const model::InstrumentTable& table);

  // Requires: the instrument's symbol is in the ledger.
  [[nodiscard]] std::int64_t LedgerId(model::InstrumentId id) const;
  // Empty for a symbol that the table lacks, and for a number that the ledger does not have.
  [[nodiscard]] std::optional<model::InstrumentId> Instrument(std::int64_t ledger_id) const;

 private:
  std::vector<std::int64_t> ledger_ids_;                         // By instrument index; 0: none.
  std::vector<std::optional<model::InstrumentId>> instruments_;  // By ledger id.
};

}  // namespace bulwark::ledger

// The append-only record of scoped stops.
//
// Shape:   see model/scoped_modes.h. The newest row of each scope is in force.
// Errors:  kCorrupt for a row that no scope has; others from the database.
// Threads: the thread of the connection.

#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "model/instrument.h"
#include "model/scoped_modes.h"
#include "sql/connection.h"

namespace bulwark::ledger {

struct ScopeState {
  std::uint64_t version = 0;             // Of the newest row of all.
  std::vector<model::ScopeTurn> scopes;  // The newest row of each, ended ones too.
};

// In a transaction of its own; answers the turn with its sequence.
base::Result<model::ScopeTurn> AppendScope(sql::Connection& connection,
                                           const model::ScopeTurn& turn);
base::Result<ScopeState> ReadScopeState(sql::Connection& connection);

// As the gate asks for them. A symbol that is not in the table is not traded: nothing to stop.
model::ScopedModes ModesOf(const ScopeState& state, const model::InstrumentTable& table);

}  // namespace bulwark::ledger

// A journaled action as one line of JSON, in both directions.
//
// Shape:   the row that the ledger would store (ledger/row_text.h), without what only the ledger
//          can say of it: account, venue, run, sequence.
// Errors:  ActionOfLine() is kCorrupt for anything else, kNotFound for a symbol that the table
//          lacks.
// Threads: any. Allocates.
// Source:  docs/ledger.md#when-the-ledger-is-away

#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "ledger/symbols.h"
#include "model/action.h"

namespace bulwark::ledger {

// Empty for an action that is not journaled.
std::string LineOf(const model::Action& action, const SymbolMap& symbols);
base::Result<model::Action> ActionOfLine(std::string_view line, const SymbolMap& symbols);

}  // namespace bulwark::ledger

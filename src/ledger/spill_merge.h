// What of a spill still counts when it comes to the ledger.
//
// Shape:   a spill is stored once, by its id. An order that a newer run has changed since keeps
//          that newer state; its fills are stored all the same, as each trade is stored once.
// Errors:  database errors.
// Threads: the thread of the connection. Requires: a transaction is open.

#pragma once

#include <vector>

#include "base/result.h"
#include "ledger/spill.h"
#include "model/action.h"
#include "sql/connection.h"

namespace bulwark::ledger {

// False: it was stored before.
base::Result<bool> MarkSpill(sql::Connection& connection, const SpillContent& spill);
base::Result<std::vector<model::Action>> WithoutOutdated(sql::Connection& connection,
                                                         const SpillContent& spill);

}  // namespace bulwark::ledger

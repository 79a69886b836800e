// Before a ledger begins: does Redis show books that somebody else keeps?
//
// Shape:   a portfolio that says no more than a fresh account would is nobody's. Anything else, and
//          anything that cannot be read, stands in the way: the first publication would overwrite
//          it.
// Errors:  kConflict naming what is there and the way on; others as redis::Connection.
// Threads: the connection's thread. Blocks for one call.
// Source:  docs/import.md#what-the-trader-does, contract section 7.1

#pragma once

#include "base/decimal.h"
#include "base/result.h"
#include "redis/connection.h"

namespace bulwark::trader {

// `initial_cash` is what a new account of ours would show.
base::Result<void> RequireNoForeignBooks(redis::Connection& connection, base::Decimal initial_cash);

}  // namespace bulwark::trader

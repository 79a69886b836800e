// What became of the orders that a stop met, as the ledger has it.
//
// Shape:   counted over the newest events only: a stop causes a few for each open order.
// Errors:  from the database.
// Threads: the thread of the connection.

#pragma once

#include <cstdint>

#include "base/result.h"
#include "base/time.h"
#include "sql/connection.h"

namespace bulwark::ledger {

struct StopCounts {
  std::int64_t cancelled = 0;   // Since the stop; none of these four is a liquidation.
  std::int64_t filled = 0;      // Before their cancel arrived.
  std::int64_t failed = 0;      // Refused at the gate or by the venue.
  std::int64_t sales = 0;       // Liquidations that filled.
  std::int64_t open = 0;        // Now, protective ones not counted.
  std::int64_t protective = 0;  // Now; the kill switch keeps them.

  bool operator==(const StopCounts&) const = default;
};

base::Result<StopCounts> CountSince(sql::Connection& connection, base::UnixNanos at);

}  // namespace bulwark::ledger

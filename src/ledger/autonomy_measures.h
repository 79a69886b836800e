// What the ledger says of the time in the present mode of autonomy.
//
// Shape:   equity as it was at the beginning of each UTC day; a rehearsal is a kill switch that
//          `bulwark drill` set.
// Errors:  from the database.
// Threads: the thread of the connection.
// Source:  docs/approvals.md#changing-the-mode

#pragma once

#include "approvals/mode_change.h"
#include "base/result.h"
#include "base/time.h"
#include "sql/connection.h"

namespace bulwark::ledger {

struct MeasuredTime {
  base::UnixNanos since;
  base::UnixNanos now;
};
base::Result<approvals::Measures> ReadMeasures(sql::Connection& connection,
                                               const MeasuredTime& time);

}  // namespace bulwark::ledger

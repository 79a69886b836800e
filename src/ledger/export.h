// The whole ledger as lines of JSON, and back into an empty one.
//
// Shape:   a header {"bulwark_ledger":1,"schema":N}; {"table":...,"row":{...}} for each row, tables
//          in a fixed order, NULL cells left out; a last line {"rows":N,"hash":...}, whose hash is
//          over each line and the hash before it. Both databases give the same lines, so that a
//          restored ledger exports to the same bytes.
// Errors:  RestoreRows() is kConflict for a ledger that is not empty, kCorrupt for lines that no
//          export has or whose hash or chain does not fit, kInvalidArgument for another version of
//          the schema; the ledger is then as empty as before.
// Threads: the thread of the connection. Memory is that of one row.
// Source:  docs/ledger.md#export

#pragma once

#include <cstdint>
#include <istream>
#include <ostream>

#include "base/result.h"
#include "sql/connection.h"

namespace bulwark::ledger {

// Answers the number of rows. From one snapshot, beside a running trader too.
base::Result<std::uint64_t> ExportRows(sql::Connection& connection, std::ostream& out);
// Requires: nobody else has the ledger open for writing.
base::Result<std::uint64_t> RestoreRows(sql::Connection& connection, std::istream& in);

}  // namespace bulwark::ledger

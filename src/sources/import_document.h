// Imports a file that is read as a whole: short interest of FINRA, a filing of an insider.
//
// Errors:  kInvalidArgument for a file that is none of these, and for a filing whose text and name
//          tell no accession number; the parsers' own.
// Threads: one at a time.

#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "market/feeds/replay/line_reader.h"
#include "sources/import.h"
#include "sql/connection.h"

namespace bulwark::sources {

// From its first line; kCorrupt above 64 MiB.
base::Result<std::string> ReadWhole(market::LineReader& lines);

// Requires: a transaction is open.
base::Result<void> ImportDocument(sql::Connection& connection, std::string_view body,
                                  const std::string& path, const ImportOptions& options,
                                  ImportReport& report);

}  // namespace bulwark::sources

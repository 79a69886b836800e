// Reads the rows of a query, each of which may turn out to be wrong.
//
// Errors:  the first wrong row's, with the place of the database before it; or the database's.
// Threads: the thread of the connection.

#pragma once

#include "base/result.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {

// `on_row` takes a row and answers a Result<void>.
template <class OnRow>
base::Result<void> ReadRows(sql::Connection& connection, const sql::StatementText& text,
                            OnRow on_row) {
  auto query = connection.Prepare(text);
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  base::Result<void> outcome;
  auto read = query->ForEachRow([&](const sql::Statement& row) {
    if (outcome) {
      outcome = on_row(row);
    }
  });
  if (!read) {
    return read;
  }
  return outcome ? outcome : base::FailWith(connection.place(), outcome.error());
}

}  // namespace bulwark::ledger

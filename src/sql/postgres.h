// Opens a PostgreSQL database by URL.
//
// Shape:   tables live in the first schema of the search path. Commits are durable when they
//          return: a server with fsync or full_page_writes off is refused, synchronous_commit is
//          turned on. Every call has a deadline, also against a server that is frozen.
// Units:   milliseconds.
// Errors:  kInvalidArgument for a URL that libpq does not understand and a server that would lose
//          commits; kUnavailable for a server that cannot be reached or does not answer in time.
//          Messages show the place without user and password.
// Threads: one at a time per connection; opening blocks up to the call timeout.
// Source:  docs/decisions.md#postgresql-is-spoken-to-directly

#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "sql/connection.h"

namespace bulwark::sql {

struct PostgresOptions {
  Access access = Access::kReadWrite;
  std::chrono::milliseconds call_timeout{2'000};  // Per statement, and for each row of a query.
};

base::Result<std::unique_ptr<Connection>> OpenPostgres(const base::Secret& url,
                                                       const PostgresOptions& options);

// "postgresql://host:port/database", as messages show it.
std::string PlaceOfUrl(const base::Secret& url);

// Takes a lock that ends with this connection; false while another connection holds it.
base::Result<bool> TrySessionLock(Connection& connection, int number);

// Loads many rows at once: `copy` is a COPY ... FROM STDIN, `rows` are lines in its text format.
// Requires: the connection is PostgreSQL's.
base::Result<void> CopyRows(Connection& connection, const std::string& copy, std::string_view rows);

// Copies every table of the first schema into a new schema of the given name.
// Requires: a transaction is open.
base::Result<void> CopyTablesToSchema(Connection& connection, const std::string& schema);

}  // namespace bulwark::sql

// Brings a database's tables to the version that this program knows, forward only.
//
// Shape:   a list of steps; step i (from 0) leads to version i + 1. Each runs in its own
//          transaction with its row in `schema_version`, so that a crash leaves a whole version. A
//          database that has content is copied beside the file (`<file>.v<version>.backup`) before
//          the first step.
// Errors:  kInvalidArgument: the database is newer than the list, or a step is wrong. Others:
//          error.h.
// Threads: blocks; two processes that migrate at once wait for each other, the second finds it
//          done.

#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "sql/connection.h"

namespace bulwark::sql {

struct Migration {
  std::string name;
  std::span<const char* const> statements;
};

// The version the database has; 0 for one without tables.
base::Result<std::size_t> SchemaVersion(Connection& connection);

base::Result<void> Migrate(Connection& connection, std::span<const Migration> steps,
                           base::UnixNanos at);

// For a reader, which may not migrate: the version must be exactly the last of the list.
base::Result<void> RequireSchema(Connection& connection, std::span<const Migration> steps);

}  // namespace bulwark::sql

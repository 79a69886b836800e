// Brings a database's tables to the version that this program knows, forward only.
//
// Shape:   a list of steps; step i (from 0) leads to version i + 1. All steps that are missing run
//          in one transaction with their rows in `schema_version`: a failure or a crash leaves the
//          old version as it was. A database that has content is copied before the first step:
//          SQLite to `<file>.v<version>-<time>.bak`, PostgreSQL to a schema
//          `backup_v<version>_<time>`. The SQL is SQLite's; what PostgreSQL spells otherwise is
//          translated (SpellFor()).
// Errors:  kInvalidArgument: the database is newer than the list, or a step is wrong. Others:
//          error.h.
// Threads: blocks; two processes that migrate at once wait for each other, the second finds it
//          done.

#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/crash_point.h"
#include "base/result.h"
#include "base/time.h"
#include "sql/connection.h"

namespace bulwark::sql {

inline constexpr base::DurableWrite kMigrationWrite{"sql.migrate",
                                                    "the tables in their newest version"};

struct Migration {
  std::string name;
  std::span<const char* const> statements;
  // Runs after the statements, for what SQL cannot compute; null for none.
  base::Result<void> (*code)(Connection& connection) = nullptr;
};

// A statement that makes tables, as the database wants it.
std::string SpellFor(Dialect dialect, std::string statement);

// The version the database has; 0 for one without tables.
base::Result<std::size_t> SchemaVersion(Connection& connection);

base::Result<void> Migrate(Connection& connection, std::span<const Migration> steps,
                           base::UnixNanos at);

// For a reader, which may not migrate: the version must be exactly the last of the list.
base::Result<void> RequireSchema(Connection& connection, std::span<const Migration> steps);

}  // namespace bulwark::sql

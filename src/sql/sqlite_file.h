// Opens a SQLite file as durable storage: WAL, every commit on disk, checked before it is written
// to.
//
// Shape:   a new database is made under another name and linked into place complete, so that a file
//          of size 0 or one that is missing beside its -wal is damage and never "a fresh start".
//          File mode 0600. journal_mode=WAL, synchronous=FULL, foreign_keys=ON.
// Errors:  kNotFound: read-only or `create` false, and no file. kCorrupt: not a database, damaged,
//          empty; the file is left as it is. kUnavailable: locked for longer than the busy timeout,
//          read-only, disk full. kInvalidArgument: a path that the library cannot take (with a
//          quotation mark).
// Threads: any; the connection belongs to one thread at a time.

#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>

#include "base/crash_point.h"
#include "base/result.h"
#include "sql/connection.h"

namespace bulwark::sql {

inline constexpr base::DurableWrite kCreateWrite{"sql.create", "a new, empty database file"};
inline constexpr base::DurableWrite kBackupWrite{"sql.backup", "the copy before a migration"};

struct SqliteOptions {
  Access access = Access::kReadWrite;
  bool is_created_if_missing = true;  // Only with kReadWrite.
  bool is_checked = true;             // Runs quick_check, which reads the whole file.
  std::chrono::milliseconds busy_timeout{2'000};
};

base::Result<std::unique_ptr<Connection>> OpenSqlite(const std::filesystem::path& path,
                                                     const SqliteOptions& options);

// Reads the whole file; kCorrupt with the first finding.
base::Result<void> CheckSqlite(Connection& connection);

// Writes a consistent copy with mode 0600; an existing copy of that name is replaced.
base::Result<void> CopySqlite(Connection& connection, const std::filesystem::path& copy);

}  // namespace bulwark::sql

#include "sql/sqlite_file.h"

#include <cerrno>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <soci/session.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/crash_point.h"
#include "base/result.h"
#include "sql/connection.h"
#include "sql/error.h"
#include "sql/sqlite_driver.h"
#include "sql/statement.h"

namespace bulwark::sql {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

constexpr ::mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

std::string SystemText(int number) {
  return std::error_code(number, std::generic_category()).message();
}

fs::path WithSuffix(const fs::path& path, const std::string& suffix) {
  fs::path longer = path;
  longer += suffix;
  return longer;
}

// The library hides this type's run-time information, so the sanitizer's check of it cannot link.
__attribute__((no_sanitize("vptr"))) sqlite_api::sqlite3* Handle(Connection& connection) {
  auto& driver = static_cast<SqliteDriver&>(connection.driver());
  return static_cast<soci::sqlite3_session_backend*>(driver.session().get_backend())->conn_;
}

// Opens an existing file; changes nothing in it.
base::Result<std::unique_ptr<Connection>> Connect(const fs::path& path,
                                                  const SqliteOptions& options) {
  const std::string name = path.string();
  if (name.find('"') != std::string::npos) {
    return base::Fail(ErrorCode::kInvalidArgument,
                      "the path '" + name + "' has a quotation mark, which SOCI cannot take");
  }
  const std::string access = options.access == Access::kReadOnly ? " readonly=true" : "";
  try {
    auto session =
        std::make_unique<soci::session>(soci::sqlite3, "dbname=\"" + name + "\"" + access);
    auto connection = std::make_unique<Connection>(
        std::make_unique<SqliteDriver>(std::move(session), path.string()), Dialect::kSqlite,
        path.string());
    sqlite_api::sqlite3_extended_result_codes(Handle(*connection), 1);
    sqlite_api::sqlite3_busy_timeout(Handle(*connection),
                                     static_cast<int>(options.busy_timeout.count()));
    return connection;
  } catch (const std::exception& thrown) {
    return tl::unexpected<base::Error>(ErrorFrom(thrown, path.string()));
  }
}

base::Result<void> RunAll(Connection& connection, std::initializer_list<const char*> statements) {
  for (const char* statement : statements) {
    if (auto run = connection.Run(statement); !run) {
      return run;
    }
  }
  return {};
}

base::Result<void> SyncFolder(const fs::path& folder) {
  const std::string name = folder.empty() ? "." : folder.string();
  const int descriptor = ::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool is_synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int number = errno;
  if (descriptor >= 0) {
    ::close(descriptor);
  }
  if (!is_synced) {
    return base::Fail(ErrorCode::kUnavailable, name + ": cannot sync: " + SystemText(number));
  }
  return {};
}

// Fills a WAL database without tables at `scratch`.
base::Result<void> MakeEmptyDatabase(const fs::path& scratch) {
  const int descriptor =
      ::open(scratch.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, kOwnerOnly);
  if (descriptor < 0) {
    return base::Fail(ErrorCode::kUnavailable,
                      scratch.string() + ": cannot create: " + SystemText(errno));
  }
  ::close(descriptor);
  auto connection = Connect(scratch, {});
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  // A table that comes and goes makes SQLite write the header; WAL is remembered in it.
  return RunAll(**connection, {"PRAGMA synchronous=FULL", "PRAGMA journal_mode=WAL",
                               "CREATE TABLE header_writer(x)", "DROP TABLE header_writer"});
}

base::Result<void> Create(const fs::path& path) {
  const fs::path scratch = WithSuffix(path, ".new-" + std::to_string(::getpid()));
  auto made = MakeEmptyDatabase(scratch);
  base::CrashBefore(kCreateWrite);
  // link() keeps what another process may have put there in the meantime.
  if (made && ::link(scratch.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    made = base::Fail(ErrorCode::kUnavailable,
                      path.string() + ": cannot create: " + SystemText(errno));
  }
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::error_code ignored;  // What is left over has a name of its own and harms nothing.
    fs::remove(WithSuffix(scratch, suffix), ignored);
  }
  if (!made) {
    return made;
  }
  auto synced = SyncFolder(path.parent_path());
  base::CrashAfter(kCreateWrite);
  return synced;
}

// Does not open the file: closing a descriptor of our own would drop every lock that SQLite holds
// on it in this process (POSIX locks are like that), and the next process to close the database
// would take itself for the last one and delete the WAL under a living writer.
base::Result<void> CheckSize(const fs::path& path) {
  std::error_code failure;
  const auto size = fs::file_size(path, failure);
  if (failure) {
    return base::Fail(ErrorCode::kUnavailable,
                      path.string() + ": cannot be read: " + failure.message());
  }
  if (size == 0) {
    return base::Fail(ErrorCode::kCorrupt, path.string() +
                                               ": the file is empty; it was a database "
                                               "once, or remove it to begin anew");
  }
  return {};
}

// Makes sure that there is a file to open, and that it is not obviously damaged.
base::Result<void> FindOrCreate(const fs::path& path, const SqliteOptions& options) {
  std::error_code failure;
  const bool is_there = fs::exists(path, failure);
  if (failure) {
    return base::Fail(ErrorCode::kUnavailable, path.string() + ": " + failure.message());
  }
  if (is_there) {
    return CheckSize(path);
  }
  const fs::path wal = WithSuffix(path, "-wal");
  const auto wal_size = fs::file_size(wal, failure);
  if (!failure && wal_size > 0) {
    return base::Fail(ErrorCode::kCorrupt, path.string() + " is missing, but " + wal.string() +
                                               " holds changes to it; put the file back");
  }
  if (options.access == Access::kReadOnly || !options.is_created_if_missing) {
    return base::Fail(ErrorCode::kNotFound, path.string() + ": no such file");
  }
  return Create(path);
}

// A damaged file must stay as it is: closing must not write the WAL back into it.
void KeepWalOnClose(Connection& connection, bool is_kept) {
  sqlite_api::sqlite3_db_config(Handle(connection), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
                                is_kept ? 1 : 0, nullptr);
}

}  // namespace

base::Result<std::unique_ptr<Connection>> OpenSqlite(const fs::path& path,
                                                     const SqliteOptions& options) {
  if (auto found = FindOrCreate(path, options); !found) {
    return tl::unexpected<base::Error>(found.error());
  }
  auto opened = Connect(path, options);
  if (!opened) {
    return opened;
  }
  Connection& connection = **opened;
  KeepWalOnClose(connection, true);
  if (options.is_checked) {
    if (auto checked = CheckSqlite(connection); !checked) {
      return tl::unexpected<base::Error>(checked.error());
    }
  }
  auto prepared =
      RunAll(connection, {"PRAGMA foreign_keys=ON", "PRAGMA synchronous=FULL",
                          "PRAGMA cache_size=-8192", "SELECT count(*) FROM sqlite_master"});
  if (prepared && options.access == Access::kReadWrite) {
    prepared = RunAll(connection, {"PRAGMA journal_mode=WAL"});
  }
  if (!prepared) {
    return tl::unexpected<base::Error>(prepared.error());
  }
  KeepWalOnClose(connection, false);
  return opened;
}

base::Result<void> CheckSqlite(Connection& connection) {
  const auto finding = connection.QueryText("PRAGMA quick_check(1)");
  if (!finding) {
    return tl::unexpected<base::Error>(finding.error());
  }
  if (*finding != "ok") {
    return base::Fail(ErrorCode::kCorrupt, connection.place() + ": the file is damaged: " +
                                               finding->value_or("no answer to quick_check"));
  }
  return {};
}

base::Result<void> CopySqlite(Connection& connection, const fs::path& copy) {
  const fs::path scratch = WithSuffix(copy, ".part");
  std::error_code failure;
  fs::remove(scratch, failure);
  auto statement = connection.Prepare({.sql = "VACUUM INTO :path", .params = "t"});
  if (!statement) {
    return tl::unexpected<base::Error>(statement.error());
  }
  // VACUUM INTO takes an existing empty file, which lets us set the mode before there is content.
  const int descriptor = ::open(scratch.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly);
  if (descriptor < 0) {
    return base::Fail(ErrorCode::kUnavailable,
                      scratch.string() + ": cannot create: " + SystemText(errno));
  }
  ::close(descriptor);
  const auto copied = statement->Set(0, scratch.string()).Execute();
  if (!copied) {
    fs::remove(scratch, failure);
    return tl::unexpected<base::Error>(copied.error());
  }
  base::CrashBefore(kBackupWrite);
  fs::rename(scratch, copy, failure);
  if (failure) {
    return base::Fail(ErrorCode::kUnavailable, copy.string() + ": " + failure.message());
  }
  auto synced = SyncFolder(copy.parent_path());
  base::CrashAfter(kBackupWrite);
  return synced;
}

}  // namespace bulwark::sql

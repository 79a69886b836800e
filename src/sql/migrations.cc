#include "sql/migrations.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "sql/connection.h"
#include "sql/sqlite_file.h"

namespace bulwark::sql {
namespace {

using base::ErrorCode;

tl::unexpected<base::Error> TooNew(const Connection& connection, std::size_t has,
                                   std::size_t known) {
  return base::Fail(ErrorCode::kInvalidArgument,
                    connection.place() + ": has schema version " + std::to_string(has) +
                        ", this program knows up to " + std::to_string(known) +
                        "; use the newer program");
}

base::Result<void> RunStep(Connection& connection, const Migration& step) {
  for (const char* statement : step.statements) {
    if (const auto run = connection.Run(statement); !run) {
      return base::FailWith("migration '" + step.name + "'", run.error());
    }
  }
  return {};
}

// One step, unless another process took it while we waited for the lock.
base::Result<void> Advance(Connection& connection, std::span<const Migration> steps,
                           std::size_t from, base::UnixNanos at) {
  auto transaction = Transaction::Begin(connection);
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
  const auto version = SchemaVersion(connection);
  if (!version) {
    return tl::unexpected<base::Error>(version.error());
  }
  if (*version != from) {
    return {};
  }
  if (from == 0) {
    const auto made = connection.Run(
        "CREATE TABLE schema_version(version BIGINT PRIMARY KEY, name TEXT NOT NULL, "
        "applied_at BIGINT NOT NULL)");
    if (!made) {
      return made;
    }
  }
  if (auto run = RunStep(connection, steps[from]); !run) {
    return run;
  }
  auto mark = connection.Prepare(
      {.sql = "INSERT INTO schema_version(version, name, applied_at) VALUES(:v, :n, :a)",
       .params = "iti"});
  if (!mark) {
    return tl::unexpected<base::Error>(mark.error());
  }
  mark->Set(0, static_cast<std::int64_t>(from + 1)).Set(1, steps[from].name);
  if (const auto marked = mark->Set(2, at.time_since_epoch().count()).Execute(); !marked) {
    return tl::unexpected<base::Error>(marked.error());
  }
  return transaction->Commit();
}

}  // namespace

base::Result<std::size_t> SchemaVersion(Connection& connection) {
  const auto has_table = connection.QueryInt(
      "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'");
  if (!has_table) {
    return tl::unexpected<base::Error>(has_table.error());
  }
  if (has_table->value_or(0) == 0) {
    return 0;
  }
  const auto version = connection.QueryInt("SELECT max(version) FROM schema_version");
  if (!version) {
    return tl::unexpected<base::Error>(version.error());
  }
  return static_cast<std::size_t>(version->value_or(0));
}

base::Result<void> Migrate(Connection& connection, std::span<const Migration> steps,
                           base::UnixNanos at) {
  const auto version = SchemaVersion(connection);
  if (!version) {
    return tl::unexpected<base::Error>(version.error());
  }
  if (*version > steps.size()) {
    return TooNew(connection, *version, steps.size());
  }
  if (*version > 0 && *version < steps.size()) {
    const std::string copy = connection.place() + ".v" + std::to_string(*version) + ".backup";
    if (const auto copied = CopySqlite(connection, copy); !copied) {
      return base::FailWith("backup before a migration", copied.error());
    }
  }
  for (std::size_t from = *version; from < steps.size(); ++from) {
    if (auto advanced = Advance(connection, steps, from, at); !advanced) {
      return advanced;
    }
  }
  return {};
}

base::Result<void> RequireSchema(Connection& connection, std::span<const Migration> steps) {
  const auto version = SchemaVersion(connection);
  if (!version) {
    return tl::unexpected<base::Error>(version.error());
  }
  if (*version > steps.size()) {
    return TooNew(connection, *version, steps.size());
  }
  if (*version < steps.size()) {
    return base::Fail(ErrorCode::kInvalidArgument,
                      connection.place() + ": has schema version " + std::to_string(*version) +
                          ", this program needs " + std::to_string(steps.size()) +
                          "; start the trader once to bring it up to date");
  }
  return {};
}

}  // namespace bulwark::sql

#include "sql/migrations.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "sql/connection.h"
#include "sql/postgres.h"
#include "sql/sqlite_file.h"
#include "sql/statement.h"

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
    if (const auto run = connection.Run(SpellFor(connection.dialect(), statement)); !run) {
      return base::FailWith("migration '" + step.name + "'", run.error());
    }
  }
  if (step.code != nullptr) {
    if (const auto run = step.code(connection); !run) {
      return base::FailWith("migration '" + step.name + "'", run.error());
    }
  }
  return {};
}

base::Result<void> MarkStep(Connection& connection, std::size_t version, const std::string& name,
                            base::UnixNanos at) {
  auto mark = connection.Prepare(
      {.sql = "INSERT INTO schema_version(version, name, applied_at) VALUES(:v, :n, :a)",
       .params = "iti"});
  if (!mark) {
    return tl::unexpected<base::Error>(mark.error());
  }
  mark->Set(0, static_cast<std::int64_t>(version)).Set(1, name);
  if (const auto marked = mark->Set(2, at.time_since_epoch().count()).Execute(); !marked) {
    return tl::unexpected<base::Error>(marked.error());
  }
  return {};
}

std::string Compact(base::UnixNanos at) {
  std::string text = base::FormatIso(at, base::IsoSuffix::kZulu).substr(0, 19);
  const auto kept =
      std::ranges::remove_if(text, [](char letter) { return letter == '-' || letter == ':'; });
  text.erase(kept.begin(), kept.end());
  return text + "Z";
}

// What SQLite copies to a file before the transaction, PostgreSQL copies inside of it.
base::Result<void> BackUp(Connection& connection, std::size_t version, base::UnixNanos at) {
  const std::string mark = "v" + std::to_string(version);
  auto copied =
      connection.dialect() == Dialect::kSqlite
          ? CopySqlite(connection, connection.place() + "." + mark + "-" + Compact(at) + ".bak")
          : CopyTablesToSchema(connection, "backup_" + mark + "_" + Compact(at));
  return copied ? copied : base::FailWith("backup before a migration", copied.error());
}

// All steps that are missing, unless another process took them while we waited for the lock.
base::Result<void> Advance(Connection& connection, std::span<const Migration> steps,
                           std::size_t from, base::UnixNanos at) {
  auto transaction = Transaction::Begin(connection, kMigrationWrite);
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
  base::Result<void> done;
  if (from == 0) {
    done = connection.Run(
        "CREATE TABLE schema_version(version BIGINT PRIMARY KEY, name TEXT NOT NULL, "
        "applied_at BIGINT NOT NULL)");
  } else if (connection.dialect() == Dialect::kPostgres) {
    done = BackUp(connection, from, at);
  }
  for (std::size_t step = from; done && step < steps.size(); ++step) {
    done = RunStep(connection, steps[step]);
    if (done) {
      done = MarkStep(connection, step + 1, steps[step].name, at);
    }
  }
  return done ? transaction->Commit() : done;
}

void Replace(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), by);
    at += by.size();
  }
}

}  // namespace

base::Result<std::size_t> SchemaVersion(Connection& connection) {
  const auto has_table = connection.QueryInt(
      connection.dialect() == Dialect::kSqlite
          ? "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'"
          : "SELECT count(*) FROM information_schema.tables WHERE table_schema = "
            "current_schema() AND table_name = 'schema_version'");
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
  if (*version == steps.size()) {
    return {};
  }
  if (*version > 0 && connection.dialect() == Dialect::kSqlite) {
    if (auto copied = BackUp(connection, *version, at); !copied) {
      return copied;
    }
  }
  return Advance(connection, steps, *version, at);
}

std::string SpellFor(Dialect dialect, std::string statement) {
  if (dialect == Dialect::kPostgres) {
    constexpr std::string_view kNumbered = "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY";
    Replace(statement, "INTEGER PRIMARY KEY AUTOINCREMENT", kNumbered);
    Replace(statement, "INTEGER PRIMARY KEY", kNumbered);
    Replace(statement, " WITHOUT ROWID", "");
  }
  return statement;
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

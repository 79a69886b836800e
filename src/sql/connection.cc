#include "sql/connection.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/crash_point.h"
#include "base/log.h"
#include "base/result.h"
#include "sql/driver.h"
#include "sql/statement.h"

namespace bulwark::sql {
namespace {

// IMMEDIATE: a transaction that starts as a reader can lose the race for the write lock half way.
constexpr const char* kSqliteWrite = "BEGIN IMMEDIATE";
// One writer at a time, as in SQLite: what was read inside cannot change before the commit.
constexpr const char* kPostgresWrite =
    "BEGIN; SELECT pg_advisory_xact_lock(1112886103, hashtext(current_schema()))";

}  // namespace

Connection::Connection(std::unique_ptr<ConnectionDriver> driver, Dialect dialect, std::string place)
    : driver_(std::move(driver)), dialect_(dialect), place_(std::move(place)) {}

Connection::~Connection() = default;

bool Connection::is_alive() const {
  return driver_->is_alive();
}

base::Result<void> Connection::Run(const std::string& sql) {
  return driver_->Run(sql);
}

base::Result<void> Connection::RunKept(const std::string& sql) {
  auto found = kept_.find(sql);
  if (found == kept_.end()) {
    auto statement = Prepare({.sql = sql});
    if (!statement) {
      return tl::unexpected<base::Error>(statement.error());
    }
    found = kept_.emplace(sql, std::move(*statement)).first;
  }
  if (const auto run = found->second.Execute(); !run) {
    return tl::unexpected<base::Error>(run.error());
  }
  return {};
}

base::Result<Statement> Connection::Prepare(const StatementText& text) {
  return Statement::Prepare(*driver_, text);
}

base::Result<std::optional<std::int64_t>> Connection::QueryInt(const std::string& sql) {
  std::optional<std::int64_t> value;
  auto statement = Prepare({.sql = sql, .columns = "i"});
  if (!statement) {
    return tl::unexpected<base::Error>(statement.error());
  }
  const auto read = statement->ForEachRow([&](const Statement& row) {
    if (!value && !row.IsNull(0)) {
      value = row.Int(0);
    }
  });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return value;
}

base::Result<std::optional<std::string>> Connection::QueryText(const std::string& sql) {
  std::optional<std::string> value;
  auto statement = Prepare({.sql = sql, .columns = "t"});
  if (!statement) {
    return tl::unexpected<base::Error>(statement.error());
  }
  const auto read = statement->ForEachRow([&](const Statement& row) {
    if (!value && !row.IsNull(0)) {
      value = row.Text(0);
    }
  });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return value;
}

base::Result<Transaction> Transaction::Begin(Connection& connection,
                                             const base::DurableWrite& write) {
  const auto begun = connection.dialect() == Dialect::kSqlite ? connection.RunKept(kSqliteWrite)
                                                              : connection.Run(kPostgresWrite);
  if (!begun) {
    // The lock may have been refused inside a transaction that had begun.
    if (connection.dialect() == Dialect::kPostgres && connection.is_alive()) {
      static_cast<void>(connection.Run("ROLLBACK"));
    }
    return tl::unexpected<base::Error>(begun.error());
  }
  return Transaction(connection, &write);
}

base::Result<Transaction> Transaction::BeginSnapshot(Connection& connection) {
  const auto begun = connection.dialect() == Dialect::kSqlite
                         ? connection.RunKept("BEGIN")
                         : connection.Run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  if (!begun) {
    return tl::unexpected<base::Error>(begun.error());
  }
  return Transaction(connection, nullptr);
}

Transaction::Transaction(Transaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)), write_(other.write_) {}

Transaction::~Transaction() {
  if (connection_ == nullptr || !connection_->is_alive()) {
    return;
  }
  // After some errors (full disk) the database has rolled back by itself: then there is nothing to
  // undo.
  const auto undone = connection_->dialect() == Dialect::kSqlite ? connection_->RunKept("ROLLBACK")
                                                                 : connection_->Run("ROLLBACK");
  if (!undone) {
    base::LogDebug("sql_rollback_without_transaction").With("reason", undone.error());
  }
}

base::Result<void> Transaction::Commit() {
  if (write_ != nullptr) {
    base::CrashBefore(*write_);
  }
  auto committed = connection_->driver().Commit();
  if (committed) {
    connection_ = nullptr;
    if (write_ != nullptr) {
      base::CrashAfter(*write_);
    }
  }
  return committed;
}

}  // namespace bulwark::sql

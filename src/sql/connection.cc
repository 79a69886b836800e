#include "sql/connection.h"

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <soci/soci.h>

#include "base/log.h"
#include "base/result.h"
#include "sql/error.h"
#include "sql/statement.h"

namespace bulwark::sql {

Connection::Connection(std::unique_ptr<soci::session> session, Dialect dialect, std::string place)
    : session_(std::move(session)), dialect_(dialect), place_(std::move(place)) {}

Connection::~Connection() = default;

base::Result<void> Connection::Run(const std::string& sql) {
  try {
    session_->once << sql;
    return {};
  } catch (const std::exception& thrown) {
    return tl::unexpected<base::Error>(ErrorFrom(thrown, place_));
  }
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
  return Statement::Prepare(*session_, text, place_);
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

base::Result<Transaction> Transaction::BeginWith(Connection& connection, const char* sql) {
  if (auto begun = connection.RunKept(sql); !begun) {
    return tl::unexpected<base::Error>(begun.error());
  }
  return Transaction(connection);
}

base::Result<Transaction> Transaction::Begin(Connection& connection) {
  // IMMEDIATE: a transaction that starts as a reader can lose the race for the write lock half way.
  return BeginWith(connection, "BEGIN IMMEDIATE");
}

base::Result<Transaction> Transaction::BeginSnapshot(Connection& connection) {
  return BeginWith(connection, "BEGIN");
}

Transaction::Transaction(Transaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)) {}

Transaction::~Transaction() {
  if (connection_ == nullptr) {
    return;
  }
  // After some errors (full disk) the database has rolled back by itself: then there is nothing to
  // undo.
  if (const auto undone = connection_->RunKept("ROLLBACK"); !undone) {
    base::LogDebug("sql_rollback_without_transaction").With("reason", undone.error());
  }
}

base::Result<void> Transaction::Commit() {
  auto committed = connection_->RunKept("COMMIT");
  if (committed) {
    connection_ = nullptr;
  }
  return committed;
}

}  // namespace bulwark::sql

// One connection to a SQL database: statements, transactions, and nothing about what is stored.
//
// Shape:   opened by OpenSqlite() (sqlite_file.h) or OpenPostgres() (postgres.h). What differs
//          between databases is asked of dialect(); the rest is plain SQL.
// Errors:  see error.h; every message starts with the place given at opening.
// Threads: one at a time. Each call may block for the busy timeout of the connection.
// Owner:   statements and transactions borrow it; destroy them first.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/crash_point.h"
#include "base/result.h"
#include "sql/statement.h"

namespace bulwark::sql {

class ConnectionDriver;

enum class Dialect : std::uint8_t { kSqlite, kPostgres };
enum class Access : std::uint8_t { kReadWrite, kReadOnly };

class Connection {
 public:
  // For openers.
  Connection(std::unique_ptr<ConnectionDriver> driver, Dialect dialect, std::string place);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  Connection(Connection&&) = delete;
  Connection& operator=(Connection&&) = delete;
  ~Connection();

  // Runs one statement without parameters; an answer is dropped.
  base::Result<void> Run(const std::string& sql);
  // The first column of the first row; empty when there is no row or it is NULL.
  base::Result<std::optional<std::int64_t>> QueryInt(const std::string& sql);
  base::Result<std::optional<std::string>> QueryText(const std::string& sql);
  base::Result<Statement> Prepare(const StatementText& text);

  // Run() for a statement of the program that comes often: it is prepared once and kept.
  base::Result<void> RunKept(const std::string& sql);

  // False once a server is gone: then every call is kUnavailable for good, open another one.
  [[nodiscard]] bool is_alive() const;
  [[nodiscard]] Dialect dialect() const { return dialect_; }
  [[nodiscard]] const std::string& place() const { return place_; }
  [[nodiscard]] ConnectionDriver& driver() { return *driver_; }

 private:
  std::unique_ptr<ConnectionDriver> driver_;
  Dialect dialect_;
  std::string place_;
  std::map<std::string, Statement> kept_;
};

// Begin() takes the write lock at once, BeginSnapshot() reads one state of the database and locks
// nobody out. What is not committed is undone on destruction.
class Transaction {
 public:
  // `write` names what the commit makes durable.
  static base::Result<Transaction> Begin(Connection& connection, const base::DurableWrite& write);
  static base::Result<Transaction> BeginSnapshot(Connection& connection);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  // On an error nothing of the transaction is stored, unless the server was lost meanwhile
  // (Connection::is_alive()): then nobody knows.
  base::Result<void> Commit();

 private:
  Transaction(Connection& connection, const base::DurableWrite* write)
      : connection_(&connection), write_(write) {}

  Connection* connection_;           // Null once it is over.
  const base::DurableWrite* write_;  // Null for a snapshot.
};

}  // namespace bulwark::sql

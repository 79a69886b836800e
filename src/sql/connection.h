// One connection to a SQL database: statements, transactions, and nothing about what is stored.
//
// Shape:   opened by OpenSqlite() (sqlite_file.h). What differs between databases is asked of
//          dialect(); the rest is plain SQL, so that another database needs another opener only.
// Errors:  see error.h; every message starts with the place given at opening.
// Threads: one at a time. Each call may block for the busy timeout of the connection.
// Owner:   statements and transactions borrow it; destroy them first.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "sql/statement.h"

namespace soci {
class session;
}

namespace bulwark::sql {

enum class Dialect : std::uint8_t { kSqlite };

class Connection {
 public:
  // Takes an open session of the library. For openers.
  Connection(std::unique_ptr<soci::session> session, Dialect dialect, std::string place);
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

  [[nodiscard]] Dialect dialect() const { return dialect_; }
  [[nodiscard]] const std::string& place() const { return place_; }
  [[nodiscard]] soci::session& session() { return *session_; }

 private:
  std::unique_ptr<soci::session> session_;
  Dialect dialect_;
  std::string place_;
  std::map<std::string, Statement> kept_;
};

// Begin() takes the write lock at once, BeginSnapshot() reads one state of the database and locks
// nobody out. What is not committed is undone on destruction.
class Transaction {
 public:
  static base::Result<Transaction> Begin(Connection& connection);
  static base::Result<Transaction> BeginSnapshot(Connection& connection);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  // On an error nothing of the transaction is stored.
  base::Result<void> Commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}
  static base::Result<Transaction> BeginWith(Connection& connection, const char* sql);

  Connection* connection_;  // Null once it is over.
};

}  // namespace bulwark::sql

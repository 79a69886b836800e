// What one kind of database does for Connection and Statement; the rest of the program never sees
// it.
//
// Shape:   a statement's cells belong to the Statement and keep their addresses; a driver reads the
//          parameters from them and writes the columns into them.
// Errors:  as sql/error.h and sql/connection.h.
// Threads: one at a time per connection.
// Owner:   a statement's driver must not outlive its connection's.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "sql/statement.h"

namespace bulwark::sql {

struct Cell {
  char kind = 'i';
  bool is_null = true;
  long long number = 0;
  std::string text;
};

class StatementDriver {
 public:
  StatementDriver() = default;
  virtual ~StatementDriver() = default;
  StatementDriver(const StatementDriver&) = delete;
  StatementDriver& operator=(const StatementDriver&) = delete;
  StatementDriver(StatementDriver&&) = delete;
  StatementDriver& operator=(StatementDriver&&) = delete;

  virtual base::Result<std::int64_t> Execute() = 0;
  // Fills the columns and calls `on_row`, for each row.
  virtual base::Result<void> ForEachRow(const std::function<void()>& on_row) = 0;
};

class ConnectionDriver {
 public:
  ConnectionDriver() = default;
  virtual ~ConnectionDriver() = default;
  ConnectionDriver(const ConnectionDriver&) = delete;
  ConnectionDriver& operator=(const ConnectionDriver&) = delete;
  ConnectionDriver(ConnectionDriver&&) = delete;
  ConnectionDriver& operator=(ConnectionDriver&&) = delete;

  virtual base::Result<void> Run(const std::string& sql) = 0;
  // The cells outlive the statement.
  virtual base::Result<std::unique_ptr<StatementDriver>> Prepare(const StatementText& text,
                                                                 std::vector<Cell>& params,
                                                                 std::vector<Cell>& columns) = 0;
  virtual base::Result<void> Commit() = 0;
  // False: the server is gone and this connection will never work again.
  [[nodiscard]] virtual bool is_alive() const = 0;
};

}  // namespace bulwark::sql

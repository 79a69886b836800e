// A prepared statement: set the parameters, run it, read the cells of each row.
//
// Shape:   parameters and columns are 64-bit integers or texts, declared once as a string of 'i'
//          and 't' ("itt"); each may be NULL. Parameters are written :a, :b, ... in the order of
//          the declaration; a name stands for one parameter, however often it is written.
// Errors:  Execute() and ForEachRow() pass on what the database answers (see error.h). A cell of
//          the wrong kind or place is a bug and stops the process. Reading a NULL integer gives 0.
// Threads: one at a time, as its connection. Running allocates only while texts grow.
// Owner:   must not outlive the Connection that prepared it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bulwark::sql {

class ConnectionDriver;

struct StatementText {
  std::string sql;
  std::string params;   // One letter per parameter.
  std::string columns;  // One letter per column of the answer.
};

class Statement {
 public:
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  Statement& Set(std::size_t at, std::int64_t value);
  Statement& Set(std::size_t at, std::string_view value);
  Statement& SetNull(std::size_t at);

  // Runs a statement without an answer; tells how many rows it changed.
  base::Result<std::int64_t> Execute();
  // Runs a query to its end and calls `on_row` for each row. Requires: `on_row` leaves the
  // connection alone.
  base::Result<void> ForEachRow(const std::function<void(const Statement&)>& on_row);

  // A row outside of any database: what Set() stored, Int() and Text() read. It cannot be run.
  static Statement Detached(const std::string& kinds);

  [[nodiscard]] std::int64_t Int(std::size_t at) const;
  [[nodiscard]] const std::string& Text(std::size_t at) const;
  [[nodiscard]] bool IsNull(std::size_t at) const;
  // The parameters as they are set, for what is computed from a row before it is written.
  [[nodiscard]] std::int64_t ParamInt(std::size_t at) const;
  [[nodiscard]] const std::string& ParamText(std::size_t at) const;

 private:
  friend class Connection;
  struct Impl;
  explicit Statement(std::unique_ptr<Impl> impl);
  static base::Result<Statement> Prepare(ConnectionDriver& connection, const StatementText& text);

  std::unique_ptr<Impl> impl_;
};

}  // namespace bulwark::sql

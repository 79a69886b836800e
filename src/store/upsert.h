// Writes many rows into one table, replacing those of the same key: prepared statements on SQLite,
// COPY on PostgreSQL.
//
// Shape:   set the columns in the order of the table, Add() the row, Finish() at the end. A row
//          that is there with the same values is left alone and not counted; of two rows with one
//          key the later wins.
// Errors:  sql/error.h. After an error the transaction is to be given up.
// Threads: one at a time, as the connection.
// Owner:   must not outlive the connection. Requires: a transaction is open from Open() to
//          Finish().

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::store {

// Name and columns are the program's own words; the first `keys` columns are the primary key.
struct Table {
  std::string_view name;
  std::vector<std::string_view> columns;
  std::string_view kinds;  // One of 'i' and 't' per column.
  std::size_t keys = 0;
  std::string_view kept = {};  // A column that a row keeps once it is there.
  // A column that an empty cell does not replace as long as the column `beside` stays the same.
  std::string_view filled = {};
  std::string_view beside = {};
};

class Upsert {
 public:
  static base::Result<Upsert> Open(sql::Connection& connection, const Table& table);

  Upsert& Set(std::size_t at, std::int64_t value);
  Upsert& Set(std::size_t at, std::string_view value);
  Upsert& Set(std::size_t at, base::Decimal value) { return Set(at, value.raw()); }
  Upsert& Set(std::size_t at, std::optional<base::Decimal> value) {
    return value ? Set(at, value->raw()) : SetNull(at);
  }
  Upsert& Set(std::size_t at, std::optional<std::int64_t> value) {
    return value ? Set(at, *value) : SetNull(at);
  }
  Upsert& SetNull(std::size_t at);

  base::Result<void> Add();
  // How many rows were new or changed.
  base::Result<std::int64_t> Finish();

 private:
  Upsert(sql::Connection& connection, Table table, sql::Statement row);
  base::Result<void> Send();

  sql::Connection* connection_;
  Table table_;
  sql::Statement row_;  // SQLite: the statement that writes; PostgreSQL: just the row.
  std::string lines_;   // PostgreSQL: what was not sent yet, in COPY's text format.
  std::int64_t number_ = 0;
  std::int64_t changed_ = 0;
};

}  // namespace bulwark::store

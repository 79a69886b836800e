#include "store/upsert.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/result.h"
#include "sql/connection.h"
#include "sql/postgres.h"
#include "sql/statement.h"

namespace bulwark::store {
namespace {

constexpr std::size_t kSendAt = std::size_t{1} << 20;

std::string Placeholders(std::size_t count) {
  std::string text;
  for (std::size_t at = 0; at < count; ++at) {
    text += fmt::format("{}:p{}", at == 0 ? "" : ", ", at);
  }
  return text;
}

std::string KeysOf(const Table& table) {
  const std::span keys = std::span(table.columns).first(table.keys);
  return fmt::format("{}", fmt::join(keys, ", "));
}

// What a column becomes.
std::string NewValue(const Table& table, std::string_view column) {
  if (column != table.filled) {
    return fmt::format("excluded.{}", column);
  }
  return fmt::format(
      "CASE WHEN excluded.{0} IS NULL AND excluded.{1} = {2}.{1} THEN {2}.{0} ELSE excluded.{0} "
      "END",
      column, table.beside, table.name);
}

// What follows the rows: replaces what differs, and nothing else, so that an import that is
// repeated writes nothing.
std::string OnConflict(const Table& table) {
  std::string set;
  std::string differs;
  for (std::size_t at = table.keys; at < table.columns.size(); ++at) {
    const std::string_view column = table.columns[at];
    if (column == table.kept) {
      continue;
    }
    const std::string value = NewValue(table, column);
    set += fmt::format("{}{} = {}", set.empty() ? "" : ", ", column, value);
    differs += fmt::format("{}{}.{} IS DISTINCT FROM {}", differs.empty() ? "" : " OR ", table.name,
                           column, value);
  }
  const std::string keys = KeysOf(table);
  if (set.empty()) {
    return fmt::format(" ON CONFLICT({}) DO NOTHING", keys);
  }
  return fmt::format(" ON CONFLICT({}) DO UPDATE SET {} WHERE {}", keys, set, differs);
}

std::string InsertOne(const Table& table) {
  return fmt::format("INSERT INTO {}({}) VALUES({}){}", table.name, fmt::join(table.columns, ", "),
                     Placeholders(table.columns.size()), OnConflict(table));
}

std::string Incoming(const Table& table) {
  return fmt::format("incoming_{}", table.name);
}

// From the temporary table, of each key the row that came last.
std::string InsertIncoming(const Table& table) {
  const std::string columns = fmt::format("{}", fmt::join(table.columns, ", "));
  const std::string keys = KeysOf(table);
  return fmt::format(
      "INSERT INTO {}({}) SELECT DISTINCT ON ({}) {} FROM {} ORDER BY {}, row_number DESC{}",
      table.name, columns, keys, columns, Incoming(table), keys, OnConflict(table));
}

void AppendEscaped(std::string& line, std::string_view text) {
  for (const char letter : text) {
    switch (letter) {
      case '\\':
        line += "\\\\";
        break;
      case '\t':
        line += "\\t";
        break;
      case '\n':
        line += "\\n";
        break;
      case '\r':
        line += "\\r";
        break;
      default:
        line += letter;
    }
  }
}

void AppendNumber(std::string& line, std::int64_t number) {
  std::array<char, 24> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), number);
  line.append(text.data(), written.ptr);
}

}  // namespace

Upsert::Upsert(sql::Connection& connection, Table table, sql::Statement row)
    : connection_(&connection), table_(std::move(table)), row_(std::move(row)) {}

base::Result<Upsert> Upsert::Open(sql::Connection& connection, const Table& table) {
  if (connection.dialect() == sql::Dialect::kSqlite) {
    auto statement =
        connection.Prepare({.sql = InsertOne(table), .params = std::string(table.kinds)});
    if (!statement) {
      return tl::unexpected<base::Error>(statement.error());
    }
    return Upsert(connection, table, *std::move(statement));
  }
  const auto made = connection.Run(
      fmt::format("CREATE TEMPORARY TABLE IF NOT EXISTS {} ON COMMIT DELETE ROWS AS SELECT {}, "
                  "0::bigint AS row_number FROM {} WITH NO DATA",
                  Incoming(table), fmt::join(table.columns, ", "), table.name));
  if (!made) {
    return tl::unexpected<base::Error>(made.error());
  }
  return Upsert(connection, table, sql::Statement::Detached(std::string(table.kinds)));
}

Upsert& Upsert::Set(std::size_t at, std::int64_t value) {
  row_.Set(at, value);
  return *this;
}

Upsert& Upsert::Set(std::size_t at, std::string_view value) {
  row_.Set(at, value);
  return *this;
}

Upsert& Upsert::SetNull(std::size_t at) {
  row_.SetNull(at);
  return *this;
}

base::Result<void> Upsert::Add() {
  if (connection_->dialect() == sql::Dialect::kSqlite) {
    const auto changed = row_.Execute();
    if (!changed) {
      return tl::unexpected<base::Error>(changed.error());
    }
    changed_ += *changed;
    return {};
  }
  for (std::size_t at = 0; at < table_.columns.size(); ++at) {
    if (row_.IsNull(at)) {
      lines_ += "\\N";
    } else if (table_.kinds[at] == 'i') {
      AppendNumber(lines_, row_.Int(at));
    } else {
      AppendEscaped(lines_, row_.Text(at));
    }
    lines_ += '\t';
  }
  AppendNumber(lines_, ++number_);
  lines_ += '\n';
  return lines_.size() < kSendAt ? base::Result<void>() : Send();
}

base::Result<void> Upsert::Send() {
  const auto sent = sql::CopyRows(*connection_,
                                  fmt::format("COPY {}({}, row_number) FROM STDIN",
                                              Incoming(table_), fmt::join(table_.columns, ", ")),
                                  lines_);
  lines_.clear();
  return sent;
}

base::Result<std::int64_t> Upsert::Finish() {
  if (connection_->dialect() == sql::Dialect::kSqlite || number_ == 0) {
    return changed_;
  }
  if (auto sent = Send(); !sent) {
    return tl::unexpected<base::Error>(sent.error());
  }
  auto insert = connection_->Prepare({.sql = InsertIncoming(table_)});
  if (!insert) {
    return tl::unexpected<base::Error>(insert.error());
  }
  auto changed = insert->Execute();
  if (!changed) {
    return changed;
  }
  number_ = 0;
  if (auto emptied = connection_->Run("DELETE FROM " + Incoming(table_)); !emptied) {
    return tl::unexpected<base::Error>(emptied.error());
  }
  return changed;
}

}  // namespace bulwark::store

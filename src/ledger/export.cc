#include "ledger/export.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <istream>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "ledger/chain.h"
#include "ledger/durable_writes.h"
#include "ledger/order_row.h"
#include "ledger/row_text.h"
#include "ledger/schema.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {
namespace {

using base::ErrorCode;
using base::Result;
using Json = nlohmann::ordered_json;

struct TableName {
  const char* name;
  const char* key;   // What its rows are ordered by.
  bool is_numbered;  // By the database itself.
};
// In an order in which each row finds what it refers to.
constexpr std::array kTables{
    TableName{"account", "id", true},
    TableName{"instruments", "id", true},
    TableName{"runs", "epoch", true},
    TableName{"order_events", "sequence", true},
    TableName{"order_heads", "order_id", false},
    TableName{"fills", "sequence", true},
    TableName{"adjustments", "sequence", true},
    TableName{"round_trips", "sequence", true},
    TableName{"switches", "sequence", true},
    TableName{"breaker_events", "sequence", true},
    TableName{"refused_releases", "sequence", true},
    TableName{"scoped_stops", "sequence", true},
    TableName{"proposals", "id", false},
    TableName{"approval_answers", "sequence", true},
    TableName{"autonomy_modes", "sequence", true},
    TableName{"anchors", "utc_day", false},
    TableName{"period_anchors", "utc_day, kind", false},
    TableName{"snapshots", "fill", false},
    TableName{"opening_positions", "instrument_id", false},
    TableName{"merged_spills", "id", false},
    TableName{"receipts", "sequence", true},
    TableName{"reconcile_reports", "id", false},
    TableName{"reconcile_items", "id", false},
    TableName{"reconcile_decisions", "id", false},
    TableName{"reconcile_outcomes", "decision_id", false},
    TableName{"foreign_orders", "order_id", false},
    TableName{"foreign_day_trades", "member", false},
};

struct Columns {
  std::vector<std::string> names;
  std::string kinds;

  [[nodiscard]] std::string List() const {
    std::string list;
    for (const std::string& name : names) {
      list += (list.empty() ? "" : ", ") + name;
    }
    return list;
  }
};

Result<Columns> ColumnsOf(sql::Connection& connection, const std::string& table) {
  const bool is_sqlite = connection.dialect() == sql::Dialect::kSqlite;
  auto query = connection.Prepare(
      {.sql = is_sqlite ? "SELECT name, lower(type) FROM pragma_table_info(:t) ORDER BY cid"
                        : "SELECT column_name, data_type FROM information_schema.columns WHERE "
                          "table_schema = current_schema() AND table_name = :t "
                          "ORDER BY ordinal_position",
       .params = "t",
       .columns = "tt"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  Columns columns;
  const auto read = query->Set(0, table).ForEachRow([&](const sql::Statement& row) {
    columns.names.push_back(row.Text(0));
    columns.kinds += row.Text(1) == "text" ? 't' : 'i';
  });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return columns;
}

// A hash over all lines so far.
class LineSum {
 public:
  void Add(std::string_view line) { sum_ = sha_.HexOf(sum_ + "\n" + std::string(line)); }
  [[nodiscard]] const std::string& text() const { return sum_; }

 private:
  Sha256 sha_;
  std::string sum_;
};

class Writer {
 public:
  explicit Writer(std::ostream& out) : out_(out) {}
  void Line(const std::string& line) {
    sum_.Add(line);
    out_ << line << '\n';
  }
  void End(std::uint64_t rows) {
    out_ << Json{{"rows", rows}, {"hash", sum_.text()}}.dump() << '\n';
    out_.flush();
  }

 private:
  std::ostream& out_;
  LineSum sum_;
};

Result<std::uint64_t> ExportTable(sql::Connection& connection, const TableName& table,
                                  Writer& writer) {
  const auto columns = ColumnsOf(connection, table.name);
  if (!columns) {
    return tl::unexpected<base::Error>(columns.error());
  }
  // Texts are ordered by their bytes in both databases.
  const std::string order =
      std::string(table.key) + (connection.dialect() == sql::Dialect::kPostgres &&
                                        !table.is_numbered && columns->kinds[0] == 't'
                                    ? " COLLATE \"C\""
                                    : "");
  auto query = connection.Prepare(
      {.sql = "SELECT " + columns->List() + " FROM " + table.name + " ORDER BY " + order,
       .columns = columns->kinds});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  std::uint64_t rows = 0;
  const auto read = query->ForEachRow([&](const sql::Statement& row) {
    ++rows;
    writer.Line(RowAsJson(table.name, columns->names, columns->kinds, row, Cells::kAll));
  });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return rows;
}

Result<void> RequireEmpty(sql::Connection& connection) {
  for (const TableName& table : kTables) {
    const auto rows = connection.QueryInt(std::string("SELECT count(*) FROM ") + table.name);
    if (!rows) {
      return tl::unexpected<base::Error>(rows.error());
    }
    if (*rows != 0) {
      return base::Fail(ErrorCode::kConflict, connection.place() + ": is not empty (" + table.name +
                                                  " has rows); restore into a new one");
    }
  }
  return {};
}

// Inserts row after row; statements are prepared when their table first comes.
class Inserter {
 public:
  explicit Inserter(sql::Connection& connection) : connection_(connection) {}

  Result<void> Insert(const ParsedRow& row) {
    auto table = Find(row.table);
    if (!table) {
      return tl::unexpected<base::Error>(table.error());
    }
    const Columns& columns = (*table)->columns;
    for (const auto& [name, cell] : row.cells) {
      if (std::find(columns.names.begin(), columns.names.end(), name) == columns.names.end()) {
        return base::Fail(ErrorCode::kCorrupt, row.table + " has no column '" + name + "'");
      }
    }
    if (auto filled = FillCells(row, columns.names, columns.kinds, (*table)->insert, Cells::kAll);
        !filled) {
      return filled;
    }
    const auto inserted = (*table)->insert.Execute();
    return inserted ? Result<void>() : tl::unexpected<base::Error>(inserted.error());
  }

 private:
  struct Table {
    Columns columns;
    sql::Statement insert;
  };

  Result<Table*> Find(const std::string& name) {
    if (const auto found = tables_.find(name); found != tables_.end()) {
      return &found->second;
    }
    const bool is_known =
        std::any_of(kTables.begin(), kTables.end(), [&](const auto& t) { return t.name == name; });
    if (!is_known) {
      return base::Fail(ErrorCode::kCorrupt, "unknown table '" + name + "'");
    }
    auto columns = ColumnsOf(connection_, name);
    if (!columns) {
      return tl::unexpected<base::Error>(columns.error());
    }
    auto insert = connection_.Prepare({.sql = "INSERT INTO " + name + "(" + columns->List() +
                                              ") VALUES(" + Placeholders(columns->kinds) + ")",
                                       .params = columns->kinds});
    if (!insert) {
      return tl::unexpected<base::Error>(insert.error());
    }
    return &tables_.emplace(name, Table{*std::move(columns), *std::move(insert)}).first->second;
  }

  sql::Connection& connection_;
  std::map<std::string, Table> tables_;
};

Result<void> ContinueNumbers(sql::Connection& connection) {
  if (connection.dialect() == sql::Dialect::kSqlite) {
    return {};  // It takes the largest number and one.
  }
  for (const TableName& table : kTables) {
    const std::string name = table.name;
    if (!table.is_numbered) {
      continue;
    }
    const std::string key = table.key;
    std::string text = "SELECT setval(pg_get_serial_sequence('";
    text.append(name).append("', '").append(key).append("'), coalesce(max(").append(key);
    text.append("), 0) + 1, false) FROM ").append(name);
    auto set = connection.Run(text);
    if (!set) {
      return set;
    }
  }
  return {};
}

Result<void> CheckHeader(const std::string& line) {
  const Json header = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!header.is_object() || header.value("bulwark_ledger", 0) != 1) {
    return base::Fail(ErrorCode::kCorrupt, "the first line is not that of an export");
  }
  const auto schema = header.value("schema", std::size_t{0});
  if (schema != Migrations().size()) {
    return base::Fail(ErrorCode::kInvalidArgument,
                      "the export has schema version " + std::to_string(schema) +
                          ", this program has " + std::to_string(Migrations().size()) +
                          "; restore it with the program that wrote it, then start this one");
  }
  return {};
}

// Whether the last line fits what came before it.
Result<void> CheckEnd(const Json& end, std::uint64_t rows, const LineSum& sum) {
  if (end.value("rows", std::uint64_t{0}) != rows || end.value("hash", "") != sum.text()) {
    return base::Fail(ErrorCode::kCorrupt,
                      "the export was altered or is not whole: its last line "
                      "does not fit the " +
                          std::to_string(rows) + " rows before it");
  }
  return {};
}

// A line that is no row has to be the last one.
Result<std::uint64_t> EndAt(const std::string& line, const base::Error& error, std::uint64_t rows,
                            const LineSum& sum) {
  const Json end = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!end.is_object() || !end.contains("hash")) {
    return tl::unexpected<base::Error>(error);
  }
  if (auto whole = CheckEnd(end, rows, sum); !whole) {
    return tl::unexpected<base::Error>(whole.error());
  }
  return rows;
}

Result<std::uint64_t> ReadLines(sql::Connection& connection, std::istream& in) {
  std::string line;
  LineSum sum;
  std::getline(in, line);
  if (auto header = CheckHeader(line); !header) {
    return tl::unexpected<base::Error>(header.error());
  }
  sum.Add(line);
  Inserter inserter(connection);
  std::uint64_t rows = 0;
  while (std::getline(in, line)) {
    const auto row = ParseRow(line);
    if (!row) {
      return EndAt(line, row.error(), rows, sum);
    }
    sum.Add(line);
    ++rows;
    if (const auto inserted = inserter.Insert(*row); !inserted) {
      return base::FailWith("row " + std::to_string(rows), inserted.error());
    }
  }
  return base::Fail(ErrorCode::kCorrupt, "the export is not whole: its last line is missing");
}

}  // namespace

Result<std::uint64_t> ExportRows(sql::Connection& connection, std::ostream& out) {
  const auto snapshot = sql::Transaction::BeginSnapshot(connection);
  if (!snapshot) {
    return tl::unexpected<base::Error>(snapshot.error());
  }
  Writer writer(out);
  writer.Line(Json{{"bulwark_ledger", 1}, {"schema", Migrations().size()}}.dump());
  std::uint64_t rows = 0;
  for (const TableName& table : kTables) {
    const auto exported = ExportTable(connection, table, writer);
    if (!exported) {
      return exported;
    }
    rows += *exported;
  }
  writer.End(rows);
  if (!out) {
    return base::Fail(ErrorCode::kUnavailable, "the export cannot be written; is the disk full?");
  }
  return rows;
}

Result<std::uint64_t> RestoreRows(sql::Connection& connection, std::istream& in) {
  auto transaction = sql::Transaction::Begin(connection, kRestoreWrite);
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
  if (const auto empty = RequireEmpty(connection); !empty) {
    return tl::unexpected<base::Error>(empty.error());
  }
  auto rows = ReadLines(connection, in);
  if (!rows) {
    return rows;
  }
  for (const ChainedTable* table : ChainedTables()) {
    const auto broken = FindBreak(connection, *table, 1);
    if (!broken) {
      return tl::unexpected<base::Error>(broken.error());
    }
    if (const auto& found = *broken) {
      return base::Fail(ErrorCode::kCorrupt, "row " + std::to_string(found->sequence) + " of " +
                                                 found->table + ": " + found->what);
    }
  }
  const auto numbered = ContinueNumbers(connection);
  const auto committed = numbered ? transaction->Commit() : numbered;
  return committed ? rows : tl::unexpected<base::Error>(committed.error());
}

}  // namespace bulwark::ledger

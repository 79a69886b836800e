#include "ledger/row_text.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "sql/statement.h"

namespace bulwark::ledger {

using Json = nlohmann::ordered_json;

namespace {

Json CellOf(const sql::Statement& row, std::size_t at, char kind) {
  return kind == 'i' ? Json(row.Int(at)) : Json(row.Text(at));
}

bool IsZero(const sql::Statement& row, std::size_t at, char kind) {
  return kind == 'i' ? row.Int(at) == 0 : row.Text(at).empty();
}

void SetMissing(sql::Statement& into, std::size_t at, bool is_number, Cells which) {
  if (which == Cells::kAll) {
    into.SetNull(at);
  } else if (is_number) {
    into.Set(at, std::int64_t{0});
  } else {
    into.Set(at, std::string_view());
  }
}

}  // namespace

std::string RowAsJson(std::string_view table, const std::vector<std::string>& names,
                      const std::string& kinds, const sql::Statement& row, Cells which) {
  Json cells = Json::object();
  for (std::size_t at = 0; at < kinds.size(); ++at) {
    const bool is_left_out = which != Cells::kAll && !row.IsNull(at) && IsZero(row, at, kinds[at]);
    if (!row.IsNull(at) && !is_left_out) {
      cells[names[at]] = CellOf(row, at, kinds[at]);
    }
  }
  const Json document{{"table", table}, {"row", std::move(cells)}};
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

base::Result<ParsedRow> ParseRow(std::string_view line) {
  const Json document = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  const auto wrong = [&] {
    return base::Fail(base::ErrorCode::kCorrupt,
                      "'" + std::string(line.substr(0, 80)) + "' is not a row");
  };
  if (!document.is_object() || !document.contains("table") || !document["table"].is_string() ||
      !document.contains("row") || !document["row"].is_object()) {
    return wrong();
  }
  ParsedRow row{.table = document["table"].get<std::string>()};
  for (const auto& [name, cell] : document["row"].items()) {
    if (cell.is_number_integer()) {
      row.cells.emplace(name, cell.get<std::int64_t>());
    } else if (cell.is_string()) {
      row.cells.emplace(name, cell.get<std::string>());
    } else {
      return wrong();
    }
  }
  return row;
}

base::Result<void> FillCells(const ParsedRow& row, const std::vector<std::string>& names,
                             const std::string& kinds, sql::Statement& into, Cells which) {
  for (std::size_t at = 0; at < names.size(); ++at) {
    const auto found = row.cells.find(names[at]);
    const bool is_number = kinds[at] == 'i';
    if (found == row.cells.end()) {
      SetMissing(into, at, is_number, which);
    } else if (is_number && std::holds_alternative<std::int64_t>(found->second)) {
      into.Set(at, std::get<std::int64_t>(found->second));
    } else if (!is_number && std::holds_alternative<std::string>(found->second)) {
      into.Set(at, std::get<std::string>(found->second));
    } else {
      return base::Fail(base::ErrorCode::kCorrupt,
                        "row of " + row.table + ": '" + names[at] + "' is of the wrong kind");
    }
  }
  return {};
}

std::vector<std::string> SplitColumns(const std::string& columns) {
  std::vector<std::string> names;
  std::string name;
  for (const char letter : columns + ",") {
    if (letter == ',') {
      names.push_back(std::exchange(name, ""));
    } else if (letter != ' ') {
      name += letter;
    }
  }
  return names;
}

}  // namespace bulwark::ledger

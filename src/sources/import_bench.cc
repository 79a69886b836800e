// How fast a file of daily bars is stored, beside what SQLite itself takes for the same rows: one
// transaction of prepared inserts into a table of the same shape, from memory.
//
// Uses the daily file of ../shared/data when it is there, else as many rows made up.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/iso_time.h"
#include "base/time.h"
#include "market/feeds/replay/line_reader.h"
#include "sources/bar_csv.h"
#include "sources/import.h"
#include "store/rows.h"
#include "store/store_testing.h"

namespace bulwark::sources {
namespace {

using store::testing_support::StoreHome;

constexpr int kMadeSymbols = 481;
constexpr int kMadeDays = 505;

std::string MakeFile(const std::filesystem::path& folder) {
  const std::string path = folder / "made.csv";
  std::ofstream out(path);
  out << "timestamp,symbol,open,high,low,close,volume,adj_close\n";
  for (int symbol = 0; symbol < kMadeSymbols; ++symbol) {
    for (int day = 0; day < kMadeDays; ++day) {
      const auto at = base::UnixNanos(std::chrono::days{16'514 + day});
      out << fmt::format("{}T00:00:00Z,S{},{}.39,{}.53,{}.20,{}.21,{},{}.21\n",
                         base::FormatDate(at), symbol, 42 + day % 9, 52 + day % 9, 30 + day % 9,
                         42 + day % 9, 2'216'600 + day, 42 + day % 9);
    }
  }
  return path;
}

std::string FileFor(const StoreHome& home) {
  const std::string real =
      std::string(BULWARK_SOURCE_DIR) + "/../shared/data/daily/pystock_us_daily_2015_2017.csv.zst";
  return std::filesystem::exists(real) ? real : MakeFile(home.folder());
}

std::vector<SymbolBar> RowsOf(const std::string& path) {
  auto lines = market::LineReader::Open(path);
  ENSURE(lines.has_value());
  auto csv = BarCsv::FromHeader(lines->Next()->value_or(market::Line{}).text);
  ENSURE(csv.has_value());
  std::vector<SymbolBar> rows;
  SymbolBar row;
  for (;;) {
    const auto line = lines->Next();
    if (!line || !line->has_value()) {
      return rows;
    }
    if (csv->Decode(line->value_or(market::Line{}).text, row)) {
      rows.push_back(row);
    }
  }
}

struct Closer {
  void operator()(::sqlite3* database) const { ::sqlite3_close(database); }
  void operator()(::sqlite3_stmt* statement) const { ::sqlite3_finalize(statement); }
};

void RunSql(::sqlite3* database, const char* sql) {
  ENSURE(::sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
}

void InsertRaw(::sqlite3* database, const std::vector<SymbolBar>& rows) {
  RunSql(
      database,
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE bars(symbol TEXT NOT NULL, "
      "span TEXT NOT NULL, at BIGINT NOT NULL, open BIGINT, high BIGINT, low BIGINT, close "
      "BIGINT, volume BIGINT, adjusted_close BIGINT, source TEXT, PRIMARY KEY(symbol, span, at)) "
      "WITHOUT ROWID; BEGIN IMMEDIATE");
  ::sqlite3_stmt* raw = nullptr;
  ENSURE(::sqlite3_prepare_v2(database, "INSERT INTO bars VALUES(?,?,?,?,?,?,?,?,?,?)", -1, &raw,
                              nullptr) == SQLITE_OK);
  const std::unique_ptr<::sqlite3_stmt, Closer> statement(raw);
  for (const SymbolBar& row : rows) {
    const store::Bar& bar = row.bar;
    ::sqlite3_bind_text(raw, 1, row.symbol.data(), static_cast<int>(row.symbol.size()), nullptr);
    ::sqlite3_bind_text(raw, 2, "1d", 2, nullptr);
    ::sqlite3_bind_int64(raw, 3, bar.at.time_since_epoch().count());
    ::sqlite3_bind_int64(raw, 4, bar.open.raw());
    ::sqlite3_bind_int64(raw, 5, bar.high.raw());
    ::sqlite3_bind_int64(raw, 6, bar.low.raw());
    ::sqlite3_bind_int64(raw, 7, bar.close.raw());
    ::sqlite3_bind_int64(raw, 8, bar.volume.value_or(base::Decimal()).raw());
    ::sqlite3_bind_int64(raw, 9, bar.adjusted_close.value_or(base::Decimal()).raw());
    ::sqlite3_bind_text(raw, 10, "file", 4, nullptr);
    ENSURE(::sqlite3_step(raw) == SQLITE_DONE && ::sqlite3_reset(raw) == SQLITE_OK);
  }
  RunSql(database, "COMMIT");
}

void RawSqlite(benchmark::State& state) {
  const StoreHome home;
  const std::vector<SymbolBar> rows = RowsOf(FileFor(home));
  int number = 0;
  while (state.KeepRunning()) {
    const std::string path = home.folder() / fmt::format("raw{}.db", ++number);
    ::sqlite3* raw = nullptr;
    ENSURE(::sqlite3_open(path.c_str(), &raw) == SQLITE_OK);
    const std::unique_ptr<::sqlite3, Closer> database(raw);
    InsertRaw(raw, rows);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(rows.size()) * state.iterations());
}

void ImportDailyFile(benchmark::State& state) {
  const StoreHome home;
  const std::string file = FileFor(home);
  std::int64_t rows = 0;
  while (state.KeepRunning()) {
    const StoreHome fresh;
    const auto store = fresh.Open();
    const auto report = ImportFile(*store, file, {});
    ENSURE(report.has_value() && report->refused == 0);
    rows += report->changed;
  }
  state.SetItemsProcessed(rows);
}

BENCHMARK(RawSqlite)->Unit(benchmark::kMillisecond)->Iterations(3);
BENCHMARK(ImportDailyFile)->Unit(benchmark::kMillisecond)->Iterations(3);

}  // namespace
}  // namespace bulwark::sources

#include "store/bar_table.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "sql/connection.h"
#include "sql/statement.h"
#include "store/cells.h"
#include "store/rows.h"
#include "store/upsert.h"

namespace bulwark::store {
namespace {

using base::Decimal;
using base::UnixNanos;

Table BarsTable() {
  return {.name = "bars",
          .columns = {"symbol", "span", "at", "open", "high", "low", "close", "volume",
                      "adjusted_close", "source"},
          .kinds = "ttiiiiiiit",
          .keys = 3,
          .filled = "adjusted_close",
          .beside = "close"};
}

Table ActionsTable() {
  return {.name = "corporate_actions",
          .columns = {"symbol", "through", "kind", "factor", "source"},
          .kinds = "titit",
          .keys = 3};
}

base::Result<void> CheckSeries(const Series& series) {
  if (const auto problem = SymbolProblem(series.symbol)) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "symbol '" + series.symbol + "': " + *problem);
  }
  return {};
}

base::Result<sql::Statement> PrepareFor(sql::Connection& connection, const Series& series,
                                        const sql::StatementText& text) {
  auto statement = connection.Prepare(text);
  if (statement) {
    statement->Set(0, series.symbol).Set(1, NameOf(series.span));
  }
  return statement;
}

// The windows with one more among them, those that touch made one.
std::vector<Window> Merged(std::vector<Window> windows, Window added) {
  windows.push_back(added);
  std::ranges::sort(windows, {}, &Window::from);
  std::vector<Window> merged;
  for (const Window& window : windows) {
    if (!merged.empty() && window.from <= merged.back().to) {
      merged.back().to = std::max(merged.back().to, window.to);
    } else {
      merged.push_back(window);
    }
  }
  return merged;
}

}  // namespace

base::Result<std::int64_t> PutBars(sql::Connection& connection, const Series& series,
                                   std::string_view source, std::span<const Bar> bars) {
  if (const auto sound = CheckSeries(series); !sound) {
    return tl::unexpected<base::Error>(sound.error());
  }
  auto upsert = Upsert::Open(connection, BarsTable());
  if (!upsert) {
    return tl::unexpected<base::Error>(upsert.error());
  }
  upsert->Set(0, series.symbol).Set(1, NameOf(series.span)).Set(9, source);
  const base::Nanos step = LengthOf(series.span);
  for (const Bar& bar : bars) {
    if (bar.at.time_since_epoch() % step != base::Nanos::zero()) {
      return base::Fail(base::ErrorCode::kInvalidArgument,
                        series.symbol + ": " + base::FormatIso(bar.at, base::IsoSuffix::kZulu) +
                            " is no start of a bar of " + std::string(NameOf(series.span)));
    }
    upsert->Set(2, NanosOf(bar.at)).Set(3, bar.open).Set(4, bar.high).Set(5, bar.low);
    upsert->Set(6, bar.close).Set(7, bar.volume).Set(8, bar.adjusted_close);
    if (auto added = upsert->Add(); !added) {
      return tl::unexpected<base::Error>(added.error());
    }
  }
  return upsert->Finish();
}

base::Result<std::int64_t> PutActions(sql::Connection& connection, const std::string& symbol,
                                      std::string_view source,
                                      std::span<const CorporateAction> actions) {
  if (const auto sound = CheckSeries({.symbol = symbol}); !sound) {
    return tl::unexpected<base::Error>(sound.error());
  }
  auto upsert = Upsert::Open(connection, ActionsTable());
  if (!upsert) {
    return tl::unexpected<base::Error>(upsert.error());
  }
  upsert->Set(0, symbol).Set(4, source);
  for (const CorporateAction& action : actions) {
    upsert->Set(1, DaysOf(action.through))
        .Set(2, std::string_view(action.kind == ActionKind::kSplit ? "split" : "dividend"))
        .Set(3, action.factor);
    if (auto added = upsert->Add(); !added) {
      return tl::unexpected<base::Error>(added.error());
    }
  }
  return upsert->Finish();
}

base::Result<void> AddCoverage(sql::Connection& connection, const Series& series, Window window) {
  if (auto sound = CheckSeries(series); !sound) {
    return sound;
  }
  if (window.from >= window.to) {
    return {};
  }
  auto windows = ReadCoverage(connection, series);
  if (!windows) {
    return tl::unexpected<base::Error>(windows.error());
  }
  auto erase = PrepareFor(
      connection, series,
      {.sql = "DELETE FROM coverage WHERE symbol = :symbol AND span = :span", .params = "tt"});
  auto insert = PrepareFor(connection, series,
                           {.sql = "INSERT INTO coverage(symbol, span, from_at, to_at) "
                                   "VALUES(:symbol, :span, :from, :to)",
                            .params = "ttii"});
  if (!erase || !insert) {
    return tl::unexpected<base::Error>(erase ? insert.error() : erase.error());
  }
  if (const auto erased = erase->Execute(); !erased) {
    return tl::unexpected<base::Error>(erased.error());
  }
  for (const Window& kept : Merged(*std::move(windows), window)) {
    const auto written = insert->Set(2, NanosOf(kept.from)).Set(3, NanosOf(kept.to)).Execute();
    if (!written) {
      return tl::unexpected<base::Error>(written.error());
    }
  }
  return {};
}

base::Result<std::vector<Bar>> ReadBars(sql::Connection& connection, const Series& series,
                                        Window window) {
  auto query = PrepareFor(connection, series,
                          {.sql = "SELECT at, open, high, low, close, volume, adjusted_close "
                                  "FROM bars WHERE symbol = :symbol AND span = :span "
                                  "AND at >= :from AND at < :to ORDER BY at",
                           .params = "ttii",
                           .columns = "iiiiiii"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  query->Set(2, NanosOf(window.from)).Set(3, NanosOf(window.to));
  std::vector<Bar> bars;
  const auto read = query->ForEachRow([&](const sql::Statement& row) {
    bars.push_back({.at = TimeOf(row.Int(0)),
                    .open = Decimal::FromRaw(row.Int(1)),
                    .high = Decimal::FromRaw(row.Int(2)),
                    .low = Decimal::FromRaw(row.Int(3)),
                    .close = Decimal::FromRaw(row.Int(4)),
                    .volume = DecimalAt(row, 5),
                    .adjusted_close = DecimalAt(row, 6)});
  });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return bars;
}

base::Result<std::vector<CorporateAction>> ReadActions(sql::Connection& connection,
                                                       const std::string& symbol) {
  auto query = connection.Prepare({.sql = "SELECT through, kind, factor FROM corporate_actions "
                                          "WHERE symbol = :symbol ORDER BY through, kind",
                                   .params = "t",
                                   .columns = "iti"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  std::vector<CorporateAction> actions;
  const auto read = query->Set(0, symbol).ForEachRow([&](const sql::Statement& row) {
    actions.push_back({.through = DayOf(row.Int(0)),
                       .kind = row.Text(1) == "split" ? ActionKind::kSplit : ActionKind::kDividend,
                       .factor = Decimal::FromRaw(row.Int(2))});
  });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return actions;
}

base::Result<std::vector<Window>> ReadCoverage(sql::Connection& connection, const Series& series) {
  auto query = PrepareFor(connection, series,
                          {.sql = "SELECT from_at, to_at FROM coverage WHERE symbol = :symbol "
                                  "AND span = :span ORDER BY from_at",
                           .params = "tt",
                           .columns = "ii"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  std::vector<Window> windows;
  const auto read = query->ForEachRow([&](const sql::Statement& row) {
    windows.push_back({.from = TimeOf(row.Int(0)), .to = TimeOf(row.Int(1))});
  });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return windows;
}

base::Result<std::optional<UnixNanos>> Watermark(sql::Connection& connection, const Series& series,
                                                 UnixNanos before) {
  auto query =
      PrepareFor(connection, series,
                 {.sql = "SELECT max(at) FROM bars WHERE symbol = :symbol AND span = :span "
                         "AND at < :before",
                  .params = "tti",
                  .columns = "i"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  query->Set(2, NanosOf(before));
  std::optional<UnixNanos> last;
  const auto read = query->ForEachRow([&](const sql::Statement& row) {
    if (!row.IsNull(0)) {
      last = TimeOf(row.Int(0));
    }
  });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return last;
}

bool Covers(std::span<const Window> windows, Window wanted) {
  return wanted.from >= wanted.to || std::ranges::any_of(windows, [&](const Window& window) {
           return window.from <= wanted.from && wanted.to <= window.to;
         });
}

base::Result<std::vector<SeriesSummary>> Summaries(sql::Connection& connection,
                                                   std::string_view symbol) {
  // What an aggregate over texts is called differs, so the sources are joined here.
  const std::string where = symbol.empty() ? "WHERE :symbol = ''" : "WHERE symbol = :symbol";
  auto query = connection.Prepare(
      {.sql = "SELECT symbol, span, source, count(*), min(at), max(at) FROM bars " + where +
              " GROUP BY symbol, span, source ORDER BY symbol, span, source",
       .params = "t",
       .columns = "tttiii"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  std::vector<SeriesSummary> summaries;
  const auto read = query->Set(0, symbol).ForEachRow([&](const sql::Statement& row) {
    const Span span = row.Text(1) == NameOf(Span::kDay) ? Span::kDay : Span::kMinute;
    const UnixNanos first = TimeOf(row.Int(4));
    const UnixNanos last = TimeOf(row.Int(5));
    if (!summaries.empty() && summaries.back().series.symbol == row.Text(0) &&
        summaries.back().series.span == span) {
      SeriesSummary& same = summaries.back();
      same.bars += row.Int(3);
      same.first = std::min(same.first, first);
      same.last = std::max(same.last, last);
      same.sources += "," + row.Text(2);
      return;
    }
    summaries.push_back({.series = {.symbol = row.Text(0), .span = span},
                         .bars = row.Int(3),
                         .first = first,
                         .last = last,
                         .sources = row.Text(2)});
  });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return summaries;
}

}  // namespace bulwark::store

#include "store/company_tables.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "sql/connection.h"
#include "sql/statement.h"
#include "store/cells.h"
#include "store/rows.h"
#include "store/upsert.h"

namespace bulwark::store {
namespace {

constexpr base::UnixNanos kEndOfTime = base::UnixNanos::max();

base::Result<void> CheckSymbol(const std::string& symbol) {
  if (const auto problem = SymbolProblem(symbol)) {
    return base::Fail(base::ErrorCode::kInvalidArgument, "symbol '" + symbol + "': " + *problem);
  }
  return {};
}

Table FundamentalsTable() {
  return {.name = "fundamentals",
          .columns = {"symbol", "metric", "period_end", "known_at", "source", "value"},
          .kinds = "ttiitt",
          .keys = 5};
}

Table ShortInterestTable() {
  return {.name = "short_interest",
          .columns = {"symbol", "settled", "is_revised", "known_at", "shares", "shares_before",
                      "average_daily_volume", "days_to_cover", "change_percent", "is_split",
                      "market", "issue_name", "source"},
          .kinds = "tiiiiiiiiittt",
          .keys = 3,
          .kept = "known_at"};
}

Table InsidersTable() {
  return {.name = "insider_transactions",
          .columns = {"accession",
                      "line",
                      "form",
                      "symbol",
                      "issuer_cik",
                      "owner_cik",
                      "owner_name",
                      "officer_title",
                      "is_director",
                      "is_officer",
                      "is_ten_percent_owner",
                      "is_derivative",
                      "is_direct",
                      "is_planned",
                      "security",
                      "traded",
                      "code",
                      "is_acquired",
                      "shares",
                      "price",
                      "owned_after",
                      "filed"},
          .kinds =
              "titttttt"
              "iiiiii"
              "ti"
              "ti"
              "iiii",
          .keys = 2};
}

std::int64_t FlagOf(bool is_set) {
  return is_set ? 1 : 0;
}

// The cells of columns 2 to 13: who, and in which role.
void SetOwner(Upsert& upsert, const InsiderTransaction& row) {
  upsert.Set(2, row.form).Set(3, row.symbol).Set(4, row.issuer_cik).Set(5, row.owner_cik);
  upsert.Set(6, row.owner_name).Set(7, row.officer_title).Set(8, FlagOf(row.is_director));
  upsert.Set(9, FlagOf(row.is_officer)).Set(10, FlagOf(row.is_ten_percent_owner));
  upsert.Set(11, FlagOf(row.is_derivative)).Set(12, FlagOf(row.is_direct));
  upsert.Set(13, row.is_planned ? std::optional(FlagOf(*row.is_planned)) : std::nullopt);
}

void SetTrade(Upsert& upsert, const InsiderTransaction& row) {
  upsert.Set(14, row.security).Set(15, DaysOf(row.traded)).Set(16, row.code);
  upsert.Set(17, FlagOf(row.is_acquired)).Set(18, row.shares).Set(19, row.price);
  upsert.Set(20, row.owned_after);
  upsert.Set(21, row.filed ? std::optional(DaysOf(*row.filed)) : std::nullopt);
}

InsiderTransaction InsiderOf(const sql::Statement& row) {
  const auto planned = IntAt(row, 13);
  const auto filed = IntAt(row, 21);
  return {.accession = row.Text(0),
          .line = row.Int(1),
          .form = row.Text(2),
          .symbol = row.Text(3),
          .issuer_cik = row.Text(4),
          .owner_cik = row.Text(5),
          .owner_name = row.Text(6),
          .officer_title = row.Text(7),
          .is_director = row.Int(8) != 0,
          .is_officer = row.Int(9) != 0,
          .is_ten_percent_owner = row.Int(10) != 0,
          .is_derivative = row.Int(11) != 0,
          .is_direct = row.Int(12) != 0,
          .is_planned = planned ? std::optional(*planned != 0) : std::nullopt,
          .security = row.Text(14),
          .traded = DayOf(row.Int(15)),
          .code = row.Text(16),
          .is_acquired = row.Int(17) != 0,
          .shares = DecimalAt(row, 18),
          .price = DecimalAt(row, 19),
          .owned_after = DecimalAt(row, 20),
          .filed = filed ? std::optional(DayOf(*filed)) : std::nullopt};
}

}  // namespace

base::Result<std::int64_t> PutFundamentals(sql::Connection& connection, const std::string& symbol,
                                           std::string_view source,
                                           std::span<const Fundamental> rows) {
  if (const auto sound = CheckSymbol(symbol); !sound) {
    return tl::unexpected<base::Error>(sound.error());
  }
  // A value that is asked for every week is kept once, with the time when it was first seen.
  const auto known = FundamentalsAsOf(connection, symbol, kEndOfTime);
  if (!known) {
    return tl::unexpected<base::Error>(known.error());
  }
  std::map<std::string, Fundamental> latest;
  for (const Fundamental& row : *known) {
    latest[row.metric] = row;
  }
  auto upsert = Upsert::Open(connection, FundamentalsTable());
  if (!upsert) {
    return tl::unexpected<base::Error>(upsert.error());
  }
  upsert->Set(0, symbol).Set(4, source);
  for (const Fundamental& row : rows) {
    const auto found = latest.find(row.metric);
    if (found != latest.end() && found->second.period_end == row.period_end &&
        found->second.value == row.value && found->second.known_at <= row.known_at) {
      continue;
    }
    upsert->Set(1, row.metric).Set(2, DaysOf(row.period_end)).Set(3, NanosOf(row.known_at));
    if (auto added = upsert->Set(5, row.value).Add(); !added) {
      return tl::unexpected<base::Error>(added.error());
    }
  }
  return upsert->Finish();
}

base::Result<std::int64_t> PutShortInterest(sql::Connection& connection, std::string_view source,
                                            base::UnixNanos known_at,
                                            std::span<const ShortInterest> rows) {
  auto upsert = Upsert::Open(connection, ShortInterestTable());
  if (!upsert) {
    return tl::unexpected<base::Error>(upsert.error());
  }
  upsert->Set(3, NanosOf(known_at)).Set(12, source);
  for (const ShortInterest& row : rows) {
    if (const auto sound = CheckSymbol(row.symbol); !sound) {
      return tl::unexpected<base::Error>(sound.error());
    }
    upsert->Set(0, row.symbol).Set(1, DaysOf(row.settled)).Set(2, FlagOf(row.is_revised));
    upsert->Set(4, row.shares).Set(5, row.shares_before).Set(6, row.average_daily_volume);
    upsert->Set(7, row.days_to_cover).Set(8, row.change_percent).Set(9, FlagOf(row.is_split));
    if (auto added = upsert->Set(10, row.market).Set(11, row.issue_name).Add(); !added) {
      return tl::unexpected<base::Error>(added.error());
    }
  }
  return upsert->Finish();
}

base::Result<std::int64_t> PutInsiders(sql::Connection& connection,
                                       std::span<const InsiderTransaction> rows) {
  auto upsert = Upsert::Open(connection, InsidersTable());
  if (!upsert) {
    return tl::unexpected<base::Error>(upsert.error());
  }
  for (const InsiderTransaction& row : rows) {
    upsert->Set(0, row.accession).Set(1, row.line);
    SetOwner(*upsert, row);
    SetTrade(*upsert, row);
    if (auto added = upsert->Add(); !added) {
      return tl::unexpected<base::Error>(added.error());
    }
  }
  return upsert->Finish();
}

base::Result<std::vector<Fundamental>> FundamentalsAsOf(sql::Connection& connection,
                                                        const std::string& symbol,
                                                        base::UnixNanos at) {
  auto query = connection.Prepare(
      {.sql = "SELECT metric, period_end, known_at, value FROM fundamentals "
              "WHERE symbol = :symbol AND known_at <= :at ORDER BY metric, period_end, known_at",
       .params = "ti",
       .columns = "tiit"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  std::vector<Fundamental> rows;
  const auto read =
      query->Set(0, symbol).Set(1, NanosOf(at)).ForEachRow([&](const sql::Statement& row) {
        if (rows.empty() || rows.back().metric != row.Text(0)) {
          rows.emplace_back();
        }
        rows.back() = {.metric = row.Text(0),
                       .period_end = DayOf(row.Int(1)),
                       .known_at = TimeOf(row.Int(2)),
                       .value = row.Text(3)};
      });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return rows;
}

base::Result<std::vector<ShortInterest>> ShortInterestAsOf(sql::Connection& connection,
                                                           const std::string& symbol,
                                                           base::UnixNanos at) {
  auto query = connection.Prepare(
      {.sql = "SELECT settled, is_revised, shares, shares_before, average_daily_volume, "
              "days_to_cover, change_percent, is_split, market, issue_name FROM short_interest "
              "WHERE symbol = :symbol AND known_at <= :at ORDER BY settled, is_revised",
       .params = "ti",
       .columns = "iiiiiiiitt"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  std::vector<ShortInterest> rows;
  const auto read =
      query->Set(0, symbol).Set(1, NanosOf(at)).ForEachRow([&](const sql::Statement& row) {
        if (rows.empty() || rows.back().settled != DayOf(row.Int(0))) {
          rows.emplace_back();
        }
        rows.back() = {.symbol = symbol,
                       .settled = DayOf(row.Int(0)),
                       .issue_name = row.Text(9),
                       .market = row.Text(8),
                       .shares = row.Int(2),
                       .shares_before = IntAt(row, 3),
                       .average_daily_volume = IntAt(row, 4),
                       .days_to_cover = DecimalAt(row, 5),
                       .change_percent = DecimalAt(row, 6),
                       .is_split = row.Int(7) != 0,
                       .is_revised = row.Int(1) != 0};
      });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return rows;
}

base::Result<std::vector<InsiderTransaction>> InsidersOf(sql::Connection& connection,
                                                         const std::string& symbol) {
  std::string columns;
  for (const std::string_view column : InsidersTable().columns) {
    columns += (columns.empty() ? "" : ", ") + std::string(column);
  }
  auto query = connection.Prepare({.sql = "SELECT " + columns +
                                          " FROM insider_transactions WHERE symbol = :symbol "
                                          "ORDER BY traded, accession, line",
                                   .params = "t",
                                   .columns = std::string(InsidersTable().kinds)});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  std::vector<InsiderTransaction> rows;
  const auto read = query->Set(0, symbol).ForEachRow(
      [&](const sql::Statement& row) { rows.push_back(InsiderOf(row)); });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return rows;
}

base::Result<bool> HasShortInterest(sql::Connection& connection, std::string_view source,
                                    std::chrono::sys_days settled) {
  auto query = connection.Prepare({.sql = "SELECT 1 FROM short_interest WHERE settled = :settled "
                                          "AND source = :source LIMIT 1",
                                   .params = "it",
                                   .columns = "i"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  bool is_there = false;
  const auto read = query->Set(0, DaysOf(settled))
                        .Set(1, std::string(source))
                        .ForEachRow([&](const sql::Statement& /*row*/) { is_there = true; });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return is_there;
}

}  // namespace bulwark::store

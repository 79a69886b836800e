#include "ledger/run_history.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "ledger/order_row.h"
#include "ledger/symbols.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/names.h"
#include "model/order.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {
namespace {

using base::Decimal;
using base::Result;

// Which rows: a condition with one parameter.
struct Rows {
  std::string where;
  std::optional<std::int64_t> epoch;
  std::string order_id;
};

Result<sql::Statement> Prepare(sql::Connection& connection, const std::string& select,
                               const std::string& columns, const Rows& rows) {
  auto query = connection.Prepare({.sql = select + rows.where + " ORDER BY sequence",
                                   .params = rows.epoch ? "i" : "t",
                                   .columns = columns});
  if (query && rows.epoch) {
    query->Set(0, *rows.epoch);
  } else if (query) {
    query->Set(0, rows.order_id);
  }
  return query;
}

Result<void> ReadOrders(sql::Connection& connection, const SymbolMap& symbols, const Rows& rows,
                        std::vector<HistoricOrder>& orders) {
  auto query =
      Prepare(connection, "SELECT epoch, " + std::string(kOrderColumns) + " FROM order_events",
              "i" + std::string(kOrderKinds), rows);
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  Result<void> outcome;
  auto read = query->ForEachRow([&](const sql::Statement& row) {
    const auto order = ReadOrder(row, 1, symbols);
    if (order) {
      orders.push_back({.epoch = static_cast<std::uint64_t>(row.Int(0)), .order = *order});
    } else if (outcome) {
      outcome = base::FailWith(connection.place(), order.error());
    }
  });
  return read ? outcome : read;
}

Result<HistoricFill> ReadFill(const sql::Statement& row, const SymbolMap& symbols) {
  const auto trade_id = model::TradeId::Make(row.Text(1));
  const auto order_id = base::Uuid::Parse(row.Text(2));
  const auto instrument = symbols.Instrument(row.Int(3));
  const auto side = model::SideFromName(row.Text(4));
  if (!trade_id || !order_id || !instrument || !side) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      "fill " + row.Text(1) + ": its id, instrument or side cannot be read");
  }
  HistoricFill historic{.epoch = static_cast<std::uint64_t>(row.Int(0)),
                        .realised_pnl = Decimal::FromRaw(row.Int(8))};
  historic.fill = {.order_id = *order_id,
                   .trade_id = *trade_id,
                   .instrument = *instrument,
                   .side = *side,
                   .price = Decimal::FromRaw(row.Int(5)),
                   .quantity = Decimal::FromRaw(row.Int(6)),
                   .fee = Decimal::FromRaw(row.Int(7)),
                   .at = base::UnixNanos{base::Nanos{row.Int(9)}},
                   .booked_at = base::UnixNanos{base::Nanos{row.Int(10)}},
                   .venue_sequence = static_cast<std::uint64_t>(row.Int(11))};
  return historic;
}

Result<void> ReadFills(sql::Connection& connection, const SymbolMap& symbols, const Rows& rows,
                       std::vector<HistoricFill>& fills) {
  auto query = Prepare(connection,
                       "SELECT epoch, trade_id, order_id, instrument_id, side, price, quantity, "
                       "fee, realised_pnl, at, booked_at, venue_sequence FROM fills",
                       "ittitiiiiiii", rows);
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  Result<void> outcome;
  auto read = query->ForEachRow([&](const sql::Statement& row) {
    const auto fill = ReadFill(row, symbols);
    if (fill) {
      fills.push_back(*fill);
    } else if (outcome) {
      outcome = base::FailWith(connection.place(), fill.error());
    }
  });
  return read ? outcome : read;
}

Result<History> Read(sql::Connection& connection, const model::InstrumentTable& table,
                     const Rows& rows) {
  const auto snapshot = sql::Transaction::BeginSnapshot(connection);
  if (!snapshot) {
    return tl::unexpected<base::Error>(snapshot.error());
  }
  const auto symbol_rows = LoadSymbols(connection);
  if (!symbol_rows) {
    return tl::unexpected<base::Error>(symbol_rows.error());
  }
  const SymbolMap symbols(*symbol_rows, table);
  History history;
  Result<void> read = ReadOrders(connection, symbols, rows, history.orders);
  if (read) {
    read = ReadFills(connection, symbols, rows, history.fills);
  }
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return history;
}

}  // namespace

Result<History> ReadRunHistory(sql::Connection& connection, const model::InstrumentTable& table,
                               std::uint64_t epoch) {
  return Read(connection, table,
              {.where = " WHERE epoch = :e", .epoch = static_cast<std::int64_t>(epoch)});
}

Result<History> ReadOrderHistory(sql::Connection& connection, const model::InstrumentTable& table,
                                 const model::OrderId& id) {
  return Read(connection, table, {.where = " WHERE order_id = :o", .order_id = id.ToString()});
}

Result<std::vector<model::OrderId>> FindOrders(sql::Connection& connection, std::string_view part,
                                               std::size_t limit) {
  ENSURE(part.find_first_not_of("0123456789abcdef-") == std::string_view::npos);
  // By their bytes in both databases, whatever language the server sorts in.
  const std::string order =
      connection.dialect() == sql::Dialect::kPostgres ? "order_id COLLATE \"C\"" : "order_id";
  auto query = connection.Prepare({.sql = "SELECT order_id FROM order_heads WHERE order_id LIKE :a "
                                          "OR order_id LIKE :b ORDER BY " +
                                          order + " LIMIT " + std::to_string(limit),
                                   .params = "tt",
                                   .columns = "t"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  query->Set(0, std::string(part) + "%").Set(1, "%" + std::string(part));
  std::vector<model::OrderId> found;
  const auto read = query->ForEachRow([&](const sql::Statement& row) {
    found.push_back(base::Uuid::Parse(row.Text(0)).value_or(model::OrderId()));
  });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return found;
}

}  // namespace bulwark::ledger

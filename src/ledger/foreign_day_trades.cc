#include "ledger/foreign_day_trades.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "ledger/durable_writes.h"
#include "ledger/read_rows.h"
#include "model/foreign_day_trade.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {

base::Result<void> KeepForeignDayTrades(sql::Connection& connection,
                                        std::span<const model::ForeignDayTrade> trades,
                                        const ForeignDayTradesSeen& seen) {
  auto transaction = sql::Transaction::Begin(connection, kForeignDayTradesWrite);
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
  auto insert =
      connection.Prepare({.sql = "INSERT INTO foreign_day_trades(member, unix_day, epoch, seen_at) "
                                 "VALUES(:m, :d, :e, :a) ON CONFLICT(member) DO NOTHING",
                          .params = "tiii"});
  if (!insert) {
    return tl::unexpected<base::Error>(insert.error());
  }
  for (const model::ForeignDayTrade& trade : trades) {
    insert->Set(0, trade.member);
    insert->Set(1, trade.unix_day);
    insert->Set(2, static_cast<std::int64_t>(seen.epoch));
    insert->Set(3, seen.at.time_since_epoch().count());
    if (auto done = insert->Execute(); !done) {
      return tl::unexpected<base::Error>(done.error());
    }
  }
  return transaction->Commit();
}

base::Result<std::vector<model::ForeignDayTrade>> ReadForeignDayTrades(
    sql::Connection& connection) {
  std::vector<model::ForeignDayTrade> trades;
  const auto read = ReadRows(connection,
                             {.sql = "SELECT member, unix_day FROM foreign_day_trades "
                                     "ORDER BY unix_day DESC, member LIMIT " +
                                     std::to_string(kForeignDayTradesMax),
                              .columns = "ti"},
                             [&](const sql::Statement& row) -> base::Result<void> {
                               trades.push_back({.member = row.Text(0), .unix_day = row.Int(1)});
                               return {};
                             });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  std::reverse(trades.begin(), trades.end());
  return trades;
}

}  // namespace bulwark::ledger

#include "ledger/recent_orders.h"

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "ledger/order_row.h"
#include "ledger/symbols.h"
#include "model/order.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {
namespace {

std::string RecentIds(std::size_t limit) {
  return "SELECT order_id, max(sequence) AS last FROM (SELECT order_id, sequence FROM order_events "
         "ORDER BY sequence DESC LIMIT " +
         std::to_string(limit) + ") AS tail GROUP BY order_id";
}

base::Result<void> ReadOrders(sql::Connection& connection, const SymbolMap& symbols,
                              std::size_t limit, std::vector<RecentOrder>& orders) {
  // The newest event of an order is its state, so the tail of the events has all that is asked for.
  auto query =
      connection.Prepare({.sql = "SELECT " + std::string(kOrderColumns) +
                                 " FROM order_events WHERE sequence IN (SELECT last FROM (" +
                                 RecentIds(limit) + ") AS recent) ORDER BY sequence",
                          .columns = kOrderKinds});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  base::Result<void> outcome;
  const auto read = query->ForEachRow([&](const sql::Statement& row) {
    const auto order = ReadOrder(row, 0, symbols);
    if (!order) {
      outcome = tl::unexpected<base::Error>(order.error());
      return;
    }
    orders.push_back({.order = *order});
  });
  return read ? outcome : read;
}

base::Result<void> ReadTrades(sql::Connection& connection, std::size_t limit,
                              std::vector<RecentOrder>& orders) {
  auto query = connection.Prepare({.sql = "SELECT f.order_id, f.trade_id FROM fills f JOIN (" +
                                          RecentIds(limit) +
                                          ") r ON r.order_id = f.order_id ORDER BY f.sequence",
                                   .columns = "tt"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t at = 0; at < orders.size(); ++at) {
    places.emplace(orders[at].order.id.ToString(), at);
  }
  return query->ForEachRow([&](const sql::Statement& row) {
    const auto place = places.find(row.Text(0));
    const auto trade = model::TradeId::Make(row.Text(1));
    if (place != places.end() && trade) {
      orders[place->second].trades.push_back(*trade);
    }
  });
}

}  // namespace

base::Result<std::vector<RecentOrder>> ReadRecentOrders(sql::Connection& connection,
                                                        const SymbolMap& symbols,
                                                        std::size_t limit) {
  std::vector<RecentOrder> orders;
  if (const auto read = ReadOrders(connection, symbols, limit, orders); !read) {
    return tl::unexpected<base::Error>(read.error());
  }
  if (const auto read = ReadTrades(connection, limit, orders); !read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return orders;
}

}  // namespace bulwark::ledger

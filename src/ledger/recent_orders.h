// The orders that changed last, with all their trades: what Redis may not have been told before a
// crash.
//
// Shape:   at most `limit` last changes are looked at; orders in the order of their last change.
// Errors:  as ledger/recovery.h.
// Threads: the thread of the connection.

#pragma once

#include <cstddef>
#include <vector>

#include "base/result.h"
#include "ledger/symbols.h"
#include "model/order.h"
#include "sql/connection.h"

namespace bulwark::ledger {

struct RecentOrder {
  model::Order order;
  std::vector<model::TradeId> trades;  // Oldest first.
};

base::Result<std::vector<RecentOrder>> ReadRecentOrders(sql::Connection& connection,
                                                        const SymbolMap& symbols,
                                                        std::size_t limit);

}  // namespace bulwark::ledger

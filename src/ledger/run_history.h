// What the ledger holds of one run or of one order, in the order in which it was booked.
//
// Errors:  kCorrupt for rows that no ledger has, kNotFound for an order whose symbol the table
//          lacks; others from the database.
// Threads: the thread of the connection.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/order.h"
#include "sql/connection.h"

namespace bulwark::ledger {

struct HistoricOrder {
  std::uint64_t epoch = 0;
  model::Order order;
};

struct HistoricFill {
  std::uint64_t epoch = 0;
  model::Fill fill;
  base::Decimal realised_pnl;
};

struct History {
  std::vector<HistoricOrder> orders;  // Every change.
  std::vector<HistoricFill> fills;
};

base::Result<History> ReadRunHistory(sql::Connection& connection,
                                     const model::InstrumentTable& table, std::uint64_t epoch);
base::Result<History> ReadOrderHistory(sql::Connection& connection,
                                       const model::InstrumentTable& table,
                                       const model::OrderId& id);

// The orders whose id begins or ends like this, at most `limit`. Requires: hexadecimal digits and
// hyphens.
base::Result<std::vector<model::OrderId>> FindOrders(sql::Connection& connection,
                                                     std::string_view part, std::size_t limit);

}  // namespace bulwark::ledger

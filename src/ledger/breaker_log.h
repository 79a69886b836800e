// The append-only record of circuit breakers: trips, ends, and what a person asked for.
//
// Shape:   see model/breaker.h. A request of a person ends nothing by itself: the trader writes the
//          end, or that it refused.
// Errors:  kCorrupt for a row that no breaker has; others from the database.
// Threads: the thread of its connection.

#pragma once

#include <string>

#include "base/result.h"
#include "model/action.h"
#include "model/breaker.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {

inline constexpr const char* kBreakerColumns =
    "breaker, event, value, limit_value, actor, reason, at";
inline constexpr const char* kBreakerKinds = "ttiitti";

// Sets the cells of kBreakerColumns from place 0 on.
void BindBreaker(sql::Statement& statement, const model::BreakerRow& row);
base::Result<model::BreakerRow> ReadBreaker(const sql::Statement& cells, std::size_t first);

model::BreakerRow AsRow(const model::BreakerChanged& changed);

// In a transaction of its own.
base::Result<void> AppendBreaker(sql::Connection& connection, const model::BreakerRow& row);

// What all rows say. A stop or release by a person is a sign of life too, and so is the opening of
// the account.
base::Result<model::BreakerRecord> ReadBreakerRecord(sql::Connection& connection);

}  // namespace bulwark::ledger

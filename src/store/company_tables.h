// What is known of companies: fundamentals, short interest, insiders' transactions.
//
// Shape:   point in time: each row has the moment from which it could be known, and the As...()
//          queries answer with what was known then.
// Errors:  sql/error.h; kInvalidArgument for a symbol that is none.
// Threads: one at a time, as the connection. The Put... functions require an open transaction.
// Source:  docs/store.md#point-in-time

#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "sql/connection.h"
#include "store/rows.h"

namespace bulwark::store {

// Each answers how many rows were new or changed.
base::Result<std::int64_t> PutFundamentals(sql::Connection& connection, const std::string& symbol,
                                           std::string_view source,
                                           std::span<const Fundamental> rows);
// Every row becomes known at `known_at`. Rows that are there keep the time they had.
base::Result<std::int64_t> PutShortInterest(sql::Connection& connection, std::string_view source,
                                            base::UnixNanos known_at,
                                            std::span<const ShortInterest> rows);
base::Result<std::int64_t> PutInsiders(sql::Connection& connection,
                                       std::span<const InsiderTransaction> rows);

// Of each metric the row of the latest period, as known at `at`; by name.
base::Result<std::vector<Fundamental>> FundamentalsAsOf(sql::Connection& connection,
                                                        const std::string& symbol,
                                                        base::UnixNanos at);
// By settlement day; of a day that was corrected, the correction once it was known.
base::Result<std::vector<ShortInterest>> ShortInterestAsOf(sql::Connection& connection,
                                                           const std::string& symbol,
                                                           base::UnixNanos at);
// Whether a source's file of a settlement day is in the store; one that is, is there whole.
base::Result<bool> HasShortInterest(sql::Connection& connection, std::string_view source,
                                    std::chrono::sys_days settled);
// By day of trade, then accession and line.
base::Result<std::vector<InsiderTransaction>> InsidersOf(sql::Connection& connection,
                                                         const std::string& symbol);

}  // namespace bulwark::store

// Day trades that others told in Redis, kept so that they count and are shown again when Redis has
// lost them.
//
// Shape:   one row per member, in the words of who wrote it. A member that is there already changes
//          nothing.
// Errors:  those of the database.
// Threads: the thread of the connection.
// Source:  docs/day-trades.md#shown-in-redis

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/foreign_day_trade.h"
#include "sql/connection.h"

namespace bulwark::ledger {

struct ForeignDayTradesSeen {
  std::uint64_t epoch = 0;
  base::UnixNanos at;
};

base::Result<void> KeepForeignDayTrades(sql::Connection& connection,
                                        std::span<const model::ForeignDayTrade> trades,
                                        const ForeignDayTradesSeen& seen);

// The newest by date, at most kForeignDayTradesMax; oldest first.
constexpr std::int64_t kForeignDayTradesMax = 1'000;
base::Result<std::vector<model::ForeignDayTrade>> ReadForeignDayTrades(sql::Connection& connection);

}  // namespace bulwark::ledger

// The day trades of a log one by one, for those who count them themselves.
//
// Shape:   of every instrument and trade date as many as the stricter count of the two days makes,
//          by the strictest method: whoever counts the dates of a window comes to no fewer than
//          TradeLog::Count(). The same executions make the same list, whatever order they were told
//          in. Sorted by date, instrument and number.
// Threads: any. Allocates.
// Source:  docs/day-trades.md#shown-in-redis

#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"
#include "daytrade/policy.h"
#include "daytrade/trade_log.h"
#include "model/instrument.h"
#include "model/order.h"

namespace bulwark::daytrade {

struct DayTrade {
  model::InstrumentId instrument;
  Date date;                // The trade date of what closed it.
  std::int32_t number = 0;  // From 1, of its instrument and date.
  model::OrderId order;     // That closed it.
  base::UnixNanos at;       // When that order first traded on the day.

  bool operator==(const DayTrade&) const = default;
};

std::vector<DayTrade> ListDayTrades(const TradeLog& log);

}  // namespace bulwark::daytrade

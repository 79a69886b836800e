// What the day-trade guard counts, in words and as JSON.
//
// Threads: any; allocates.
// Source:  docs/day-trades.md#asking-it

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "daytrade/policy.h"
#include "explain/rehearsal.h"
#include "model/instrument.h"
#include "model/order.h"

namespace bulwark::explain {

struct ListedDayTrade {
  daytrade::Date date;
  model::Symbol symbol;
  std::int32_t number = 0;
  model::OrderId order;
  base::UnixNanos at;
  daytrade::Date leaves;  // The first session whose window is without it.
  bool is_in_window = false;
};

struct OpenToday {
  model::Symbol symbol;
  base::Decimal quantity;
};

struct DayTradeStatus {
  daytrade::Regime regime = daytrade::Regime::kBoth;
  bool is_confirmed = false;  // The broker's answer is there and not too old.
  daytrade::Date window_from;
  daytrade::Date window_to;
  std::int32_t used = 0;
  std::int32_t elsewhere = 0;  // Those among them that others made.
  std::int32_t reserved = 0;   // For the exits of what was opened today.
  std::int32_t limit = 0;
  bool is_complete = true;  // Nothing of the window is missing.
  std::optional<base::Decimal> equity;
  base::Decimal floor;
  std::optional<daytrade::Date> next_leaves;
  std::vector<ListedDayTrade> trades;  // That the ledger remembers, oldest first.
  std::vector<OpenToday> open_today;
};

// Empty where nothing that is traded is under the rules.
std::optional<DayTradeStatus> StatusOf(const Rehearsal& rehearsal, base::UnixNanos now);

std::string DescribeStatus(const DayTradeStatus& status);  // `risk status`
std::string DescribeTrades(const DayTradeStatus& status);  // `risk explain`
std::string StatusAsJson(const DayTradeStatus& status);    // Both.
std::string DescribeRehearsed(const Rehearsed& rehearsed, const model::Instrument& instrument);
std::string RehearsedAsJson(const Rehearsed& rehearsed, const model::Instrument& instrument);

}  // namespace bulwark::explain

// One member of risk:pdt:trades, and its score.
//
// Shape:   the score of a date is its ordinal: 0001-01-01 is 1. Members of others may have further
//          fields; `source` tells ours from theirs.
// Errors:  DecodeDayTrade() is kCorrupt for what is no member, naming the field.
// Threads: any.
// Source:  contract section 1.5.1

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace bulwark::contract {

// Of a Unix day.
constexpr std::int64_t kOrdinalOfUnixDay = 719'163;
constexpr std::int64_t DateOrdinal(std::chrono::sys_days date) {
  return date.time_since_epoch().count() + kOrdinalOfUnixDay;
}

// `source` of the members that we write.
inline constexpr std::string_view kDayTradeSource = "bulwark";

struct DayTradeDocument {
  std::string symbol;
  std::chrono::sys_days date;
  base::UnixNanos recorded_at;
  std::string order_id;  // Empty when the member names none.
  std::int64_t number = 0;
  std::string source;
};

void EncodeDayTrade(std::string& out, const DayTradeDocument& trade);
base::Result<DayTradeDocument> DecodeDayTrade(std::string_view text);

}  // namespace bulwark::contract

// Between the values of this folder and the cells of a table.
//
// Threads: pure.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "base/time.h"
#include "sql/statement.h"

namespace bulwark::store {

inline base::UnixNanos TimeOf(std::int64_t nanos) {
  return base::UnixNanos(base::Nanos(nanos));
}
inline std::int64_t NanosOf(base::UnixNanos at) {
  return at.time_since_epoch().count();
}
inline std::chrono::sys_days DayOf(std::int64_t days) {
  return std::chrono::sys_days(std::chrono::days(days));
}
inline std::int64_t DaysOf(std::chrono::sys_days day) {
  return day.time_since_epoch().count();
}

inline std::optional<std::int64_t> IntAt(const sql::Statement& row, std::size_t at) {
  return row.IsNull(at) ? std::nullopt : std::optional(row.Int(at));
}
inline std::optional<base::Decimal> DecimalAt(const sql::Statement& row, std::size_t at) {
  return row.IsNull(at) ? std::nullopt : std::optional(base::Decimal::FromRaw(row.Int(at)));
}

}  // namespace bulwark::store

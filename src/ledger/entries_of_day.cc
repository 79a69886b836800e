#include "ledger/entries_of_day.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {

base::Result<EntriesOfDay> ReadEntriesOfDay(sql::Connection& connection) {
  constexpr std::int64_t kDay = std::chrono::nanoseconds(std::chrono::days{1}).count();
  // A time before 1970 has no day; no order has one.
  auto query = connection.Prepare(
      {.sql = "SELECT created_at / " + std::to_string(kDay) +
              " AS day, count(DISTINCT order_id) FROM (SELECT * FROM order_events ORDER BY "
              "sequence DESC LIMIT " +
              std::to_string(kEntryEventsMax) +
              ") AS tail WHERE intent IN ('OPEN_LONG', 'OPEN_SHORT') AND is_waiting = 0 "
              "GROUP BY day ORDER BY day DESC LIMIT 1",
       .columns = "ii"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  EntriesOfDay entries;
  const auto read = query->ForEachRow([&](const sql::Statement& row) {
    entries = {.utc_day = static_cast<std::int32_t>(row.Int(0)),
               .count = static_cast<std::size_t>(row.Int(1))};
  });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return entries;
}

}  // namespace bulwark::ledger

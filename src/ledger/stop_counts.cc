#include "ledger/stop_counts.h"

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "ledger/read_rows.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {
namespace {

// Far more than a stop of a full book causes, and little enough to read at once.
constexpr const char* kEnded =
    "SELECT status, CASE origin WHEN 'LIQUIDATION' THEN 1 ELSE 0 END, count(DISTINCT order_id) "
    "FROM order_events WHERE sequence > (SELECT max(sequence) - 20000 FROM order_events) "
    "AND updated_at >= :at AND status IN ('FILLED', 'CANCELLED', 'FAILED') GROUP BY 1, 2";
constexpr const char* kOpen =
    "SELECT CASE origin WHEN 'PROTECTIVE' THEN reduce_only ELSE 0 END, count(*) "
    "FROM order_heads h CROSS JOIN order_events e WHERE e.sequence = h.event AND h.is_open = 1 "
    "GROUP BY 1";

std::int64_t* PlaceOf(const std::string& status, bool is_liquidation, StopCounts& counts) {
  if (is_liquidation) {
    return status == "FILLED" ? &counts.sales : nullptr;
  }
  if (status == "CANCELLED") {
    return &counts.cancelled;
  }
  return status == "FILLED" ? &counts.filled : &counts.failed;
}

}  // namespace

base::Result<StopCounts> CountSince(sql::Connection& connection, base::UnixNanos at) {
  StopCounts counts;
  auto ended = connection.Prepare({.sql = kEnded, .params = "i", .columns = "tii"});
  if (!ended) {
    return tl::unexpected<base::Error>(ended.error());
  }
  ended->Set(0, std::int64_t{at.time_since_epoch().count()});
  const auto read = ended->ForEachRow([&](const sql::Statement& row) {
    if (std::int64_t* place = PlaceOf(row.Text(0), row.Int(1) != 0, counts)) {
      *place = row.Int(2);
    }
  });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  const auto open = ReadRows(connection, {.sql = kOpen, .columns = "ii"},
                             [&](const sql::Statement& row) -> base::Result<void> {
                               (row.Int(0) != 0 ? counts.protective : counts.open) = row.Int(1);
                               return {};
                             });
  if (!open) {
    return tl::unexpected<base::Error>(open.error());
  }
  return counts;
}

}  // namespace bulwark::ledger

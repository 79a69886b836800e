#include "ledger/autonomy_measures.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "approvals/mode_change.h"
#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/read_rows.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {
namespace {

using base::Result;
using std::chrono::days;
using std::chrono::floor;

std::string Text(base::UnixNanos at) {
  return std::to_string(at.time_since_epoch().count());
}

Result<std::vector<base::Decimal>> ReadEquity(sql::Connection& connection, base::UnixNanos since) {
  std::vector<base::Decimal> equity;
  const auto first = floor<days>(since).time_since_epoch().count();
  const auto read =
      ReadRows(connection,
               {.sql = "SELECT equity FROM anchors WHERE utc_day >= " + std::to_string(first) +
                       " ORDER BY utc_day",
                .columns = "i"},
               [&](const sql::Statement& row) -> Result<void> {
                 equity.push_back(base::Decimal::FromRaw(row.Int(0)));
                 return {};
               });
  return read ? Result<std::vector<base::Decimal>>(equity)
              : tl::unexpected<base::Error>(read.error());
}

}  // namespace

Result<approvals::Measures> ReadMeasures(sql::Connection& connection, const MeasuredTime& time) {
  const auto equity = ReadEquity(connection, time.since);
  const auto tested = connection.QueryInt(
      "SELECT count(*) FROM breaker_events t JOIN breaker_events e ON e.breaker = t.breaker "
      "AND e.sequence > t.sequence WHERE t.event = 'tripped' AND e.event = 'ended' AND t.at >= " +
      Text(time.since));
  const auto drill = connection.QueryInt(
      "SELECT max(at) FROM switches WHERE which = 'kill' AND is_on <> 0 AND reason LIKE 'drill%' "
      "AND at <= " +
      Text(time.now));
  if (!equity || !tested || !drill) {
    return tl::unexpected<base::Error>(!equity   ? equity.error()
                                       : !tested ? tested.error()
                                                 : drill.error());
  }
  const base::Nanos age = std::max(time.now - time.since, base::Nanos{0});
  approvals::Measures measures{.days = floor<days>(age).count(),
                               .sharpe = approvals::SharpeOf(*equity),
                               .drawdown_pct = approvals::DrawdownOf(*equity),
                               .are_breakers_tested = tested->value_or(0) > 0};
  if (const auto& last = *drill) {
    measures.drill_age = time.now - base::UnixNanos{base::Nanos{*last}};
  }
  return measures;
}

}  // namespace bulwark::ledger

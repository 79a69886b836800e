// How many entries left on the newest day that has one, for the limit on trades per day.
//
// Shape:   a day is a UTC date. Looks at the newest kEntryEventsMax order events, so that a start
//          costs the same after a million orders; a day with more of them is counted short.
// Errors:  from the database.
// Threads: the thread of the connection.

#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "sql/connection.h"

namespace bulwark::ledger {

constexpr std::size_t kEntryEventsMax = 20'000;

struct EntriesOfDay {
  std::int32_t utc_day = 0;
  std::size_t count = 0;
};

base::Result<EntriesOfDay> ReadEntriesOfDay(sql::Connection& connection);

}  // namespace bulwark::ledger

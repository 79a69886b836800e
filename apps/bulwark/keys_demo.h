// Fills a Redis with invented data that looks like a week of trading, for building dashboards
// against it without a trader.
//
// Shape:   writes only keys that are not there, and notes their names in system:demo:keys, so that
//          `keys clear-demo` finds them again. Writes nothing that steers: no HALT, no kill switch,
//          no day trades, no epoch, no limits, no sign of life.
// Errors:  kConflict where a trader has written, or demo data is already; otherwise as
//          redis::Connection::Call().
// Threads: the connection's thread.
// Source:  docs/keys-by-hand.md#demo-data

#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "redis/connection.h"

namespace bulwark::app {

struct DemoReport {
  std::size_t written = 0;
  std::size_t kept = 0;  // Were there already.
};

base::Result<DemoReport> FillWithDemo(redis::Connection& connection, base::UnixNanos now);

}  // namespace bulwark::app

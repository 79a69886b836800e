// What the keys of all rate limits say, as Prometheus text.
//
// Shape:   exposition format 0.0.4; a label `limit` names the limit. What is not known is left out,
//          never written as 0.
// Units:   in the names: _units, _seconds.
// Errors:  ReadLimitMetrics(): as redis::Connection::Call().
// Threads: MakeLimitMetrics() is a pure function; ReadLimitMetrics() is the connection's thread's.
// Source:  docs/limiter.md#metrics

#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "limiter/limit_status.h"
#include "redis/connection.h"

namespace bulwark::limiter {

std::string MakeLimitMetrics(std::span<const LimitStatus> all);

// Of all limits that have a key.
base::Result<std::string> ReadLimitMetrics(redis::Connection& connection);

}  // namespace bulwark::limiter

// When to ask a web server again, and after how long.
//
// Shape:   delays double from `first` up to `longest`, of which a random part between a half and
//          all is waited, so that many clients do not come back at once. A server's Retry-After is
//          waited instead when it is longer.
// Threads: pure; the generator is the caller's.
// Source:  docs/data.md#calls

#pragma once

#include <chrono>
#include <optional>
#include <random>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "net/http_client.h"

namespace bulwark::net {

struct RetryPolicy {
  int attempts_max = 4;  // All together.
  base::Nanos first = std::chrono::seconds{1};
  base::Nanos longest = std::chrono::seconds{60};
  base::Nanos retry_after_max = std::chrono::minutes{5};  // A longer one is not waited for.
};

// True for an answer that may be another one next time: 408, 429, 500, 502, 503, 504.
bool IsPassing(int status);

// "120" or "Fri, 20 Nov 2026 21:00:00 GMT"; empty when there is none. A time that is over is zero.
std::optional<base::Nanos> RetryAfterOf(const HttpReply& reply, base::UnixNanos now);

// Before attempt number `attempt` (2 is the first repetition).
base::Nanos DelayBefore(int attempt, const RetryPolicy& policy, std::mt19937_64& random);

}  // namespace bulwark::net

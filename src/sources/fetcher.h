// The one way to a vendor: each attempt asks the gate first, and what passes is tried again.
//
// Shape:   an answer with a status that may be another one next time (429, 500, ...) and a failed
//          connection are repeated, at most as often as the policy says; between them the delays of
//          net/retry.h. A 429 or 418 also goes to the gate, which keeps other processes away; so
//          does an answer of which the source's judge says that it is a refusal of that kind.
//          A permit that ran out before the call could begin (the process was stopped) is not used.
// Errors:  those of the gate and the client; after the last attempt kUnavailable with the status.
//          Any other status is an answer.
// Threads: one thread; Get() blocks up to all attempts with their delays.
// Owner:   caller, gate and clock must outlive it.
// Source:  docs/data.md#calls

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <random>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "net/http_client.h"
#include "net/retry.h"

namespace bulwark::sources {

// What keeps calls below a vendor's limit.
class CallGate {
 public:
  CallGate() = default;
  virtual ~CallGate() = default;
  CallGate(const CallGate&) = delete;
  CallGate& operator=(const CallGate&) = delete;
  CallGate(CallGate&&) = delete;
  CallGate& operator=(CallGate&&) = delete;

  // Waits until one call may leave and tells until when (monotonic) it must have left;
  // kUnavailable when that is too far away.
  virtual base::Result<base::Nanos> Enter() = 0;
  // The vendor said 429 or 418, or the same with other words.
  virtual base::Result<void> OnThrottled(std::optional<base::Nanos> retry_after, int status) = 0;
};

// For how long nobody may call, when an answer says so by its words; empty for any other answer.
using Judge =
    std::function<std::optional<base::Nanos>(const net::HttpReply& reply, base::UnixNanos now)>;

struct FetcherOptions {
  net::RetryPolicy retries = {};
  std::uint64_t seed = 0;  // Of the delays.
  const base::Clock* clock = &base::SystemClock();
  std::function<bool()> is_stopped = [] { return false; };
};

class Fetcher {
 public:
  Fetcher(net::HttpCaller& caller, CallGate& gate, FetcherOptions options);

  // What the judge still refuses after the last attempt is the answer.
  base::Result<net::HttpReply> Get(const net::HttpCall& call, const Judge& judge = {});

 private:
  // Waits at the gate until a permit is there that still counts.
  base::Result<void> Enter();
  struct Attempt {
    base::Result<net::HttpReply> reply;
    bool may_pass = false;              // The next answer may be another one.
    std::optional<base::Nanos> wanted;  // By the server, as a pause before it.
  };
  Attempt Try(const net::HttpCall& call, const Judge& judge);
  // False when it was told to stop meanwhile.
  [[nodiscard]] bool Rest(base::Nanos span) const;
  // Before the next attempt; empty when there is none.
  [[nodiscard]] std::optional<base::Nanos> DelayAfter(const Attempt& last, int attempt);

  net::HttpCaller& caller_;
  CallGate& gate_;
  FetcherOptions options_;
  std::mt19937_64 random_;
};

}  // namespace bulwark::sources

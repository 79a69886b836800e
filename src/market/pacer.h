// Says when the next event of a recording is due: the distances of its event times, at some speed.
//
// Shape:   a gap longer than `gap_max` (after scaling) is shortened to it. A time that goes back by
//          at most kJitterMax is due at once and changes nothing; one that goes back further is due
//          at once and pacing goes on from it. A caller that comes late by more than `gap_max` is
//          not made to catch up: the schedule moves on to its present.
// Units:   event times are UTC; `now` and the answers are spans since any fixed start (monotonic).
// Errors:  Create() refuses a speed that is not finite and positive, and a gap that is not
//          positive.
// Threads: a value; pure: it reads no clock and waits for nothing.

#pragma once

#include <chrono>
#include <optional>

#include "base/result.h"
#include "base/time.h"

namespace bulwark::market {

class Pacer {
 public:
  static constexpr base::Nanos kJitterMax = std::chrono::seconds{1};

  struct Options {
    std::optional<double> speed = 1.0;  // Times recorded speed; empty for as fast as it goes.
    base::Nanos gap_max = std::chrono::seconds{2};
  };

  static base::Result<Pacer> Create(const Options& options);

  // How long to wait from `now` before the event may be released; zero for at once. Call it once
  // per event, in order.
  [[nodiscard]] base::Nanos Wait(base::UnixNanos event_at, base::Nanos now);

 private:
  explicit Pacer(const Options& options) : options_(options) {}

  // The scaled distance from the event before, in [0, gap_max].
  [[nodiscard]] base::Nanos Step(base::UnixNanos event_at, double speed) const;

  Options options_;
  bool has_started_ = false;
  base::UnixNanos last_event_at_;
  base::Nanos due_{0};  // Of the event before.
};

}  // namespace bulwark::market

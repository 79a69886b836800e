// What the clocks say and how to wait, as a value that is passed in: the simulator passes its own.
//
// Units:   as base/time.h. Pause(0) gives way to other threads and comes back.
// Threads: any.

#pragma once

#include "base/time.h"

namespace bulwark::base {

class Clock {
 public:
  Clock() = default;
  virtual ~Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  Clock(Clock&&) = delete;
  Clock& operator=(Clock&&) = delete;

  [[nodiscard]] virtual UnixNanos WallNow() const = 0;
  [[nodiscard]] virtual Nanos MonotonicNow() const = 0;
  // The calling thread rests for `span`.
  virtual void Pause(Nanos span) const = 0;
};

// The machine's. It has no state.
const Clock& SystemClock();

}  // namespace bulwark::base

// Decides when a process that ended is started again.
//
// Shape:   each failure in a row doubles the delay, from `first_delay` to `delay_max`; a run of at
//          least `stable_after` starts the row anew. After `failures_max` failures in a row there
//          is no next start: what fails at once, always, is broken, not unlucky.
// Units:   base::Nanos of one monotonic clock, passed in.
// Threads: a value; reads no clock.

#pragma once

#include <chrono>
#include <optional>

#include "base/time.h"

namespace bulwark::process {

struct RestartPolicy {
  base::Nanos first_delay = std::chrono::milliseconds{100};
  base::Nanos delay_max = std::chrono::seconds{5};
  base::Nanos stable_after = std::chrono::seconds{10};
  int failures_max = 20;
};

class RestartSchedule {
 public:
  explicit RestartSchedule(const RestartPolicy& policy) : policy_(policy) {}

  // The time of the next start for a process that ran from `started_at` to `ended_at`; empty when
  // it has failed too often.
  std::optional<base::Nanos> OnExit(base::Nanos started_at, base::Nanos ended_at);

  [[nodiscard]] int failures_in_a_row() const { return failures_; }

 private:
  RestartPolicy policy_;
  int failures_ = 0;
};

}  // namespace bulwark::process

// A clock that is set by hand and a way to let all runs end, for the tests beside this file.
//
// Threads: the clock from any; Drain() on the runner's.

#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "base/clock.h"
#include "base/ensure.h"
#include "base/time.h"
#include "jobs/runner.h"

namespace bulwark::jobs {

class HandClock final : public base::Clock {
 public:
  explicit HandClock(base::UnixNanos now) : now_(now.time_since_epoch().count()) {}

  void Set(base::UnixNanos now) { now_ = now.time_since_epoch().count(); }
  void Advance(base::Nanos span) { now_ += span.count(); }

  [[nodiscard]] base::UnixNanos WallNow() const override {
    return base::UnixNanos(base::Nanos(now_));
  }
  [[nodiscard]] base::Nanos MonotonicNow() const override { return base::Nanos(now_); }
  void Pause(base::Nanos /*span*/) const override { std::this_thread::yield(); }

 private:
  std::atomic<std::int64_t> now_;
};

// Turns until nothing runs any more.
inline void Drain(Runner& runner) {
  constexpr int kTurnsMax = 50'000'000;
  for (int turn = 0; turn < kTurnsMax && runner.active() > 0; ++turn) {
    const auto done = runner.DoWork();
    ENSURE(done);
    std::this_thread::yield();
  }
  ENSURE(runner.active() == 0);
}

}  // namespace bulwark::jobs

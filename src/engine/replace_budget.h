// Bounds how often orders may be replaced: so many in any minute.
//
// Shape:   a ring of the times of the last `per_minute` replacements.
// Units:   UTC nanoseconds.
// Threads: the engine thread only. Allocates at construction only.
// Source:  docs/orders.md#replacing

#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "base/time.h"

namespace bulwark::engine {

class ReplaceBudget {
 public:
  explicit ReplaceBudget(std::size_t per_minute) : times_(per_minute, kNever) {}

  // Counts one replacement at `now` and answers true, or answers false when the minute is full.
  bool Take(base::UnixNanos now) {
    if (times_.empty() || now - times_[oldest_] < std::chrono::minutes{1}) {
      return false;
    }
    times_[oldest_] = now;
    oldest_ = (oldest_ + 1) % times_.size();
    return true;
  }

  [[nodiscard]] std::size_t per_minute() const { return times_.size(); }

 private:
  static constexpr base::UnixNanos kNever{base::Nanos::min() / 2};

  std::vector<base::UnixNanos> times_;
  std::size_t oldest_ = 0;
};

}  // namespace bulwark::engine

// Counts what happened in the last moments: so many in any stretch of a length.
//
// Shape:   a ring of the times of the last `most` happenings. Most zero: always full.
// Units:   UTC nanoseconds.
// Threads: one thread. Allocates at construction only.
// Source:  docs/risk.md#pace

#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "base/time.h"

namespace bulwark::risk {

class RateWindow {
 public:
  RateWindow(base::Nanos length, std::size_t most) : length_(length), times_(most, kNever) {}

  [[nodiscard]] bool IsFull(base::UnixNanos now) const {
    return times_.empty() || now - times_[oldest_] < length_;
  }

  // Also when full: what may not be refused counts all the same.
  void Note(base::UnixNanos now) {
    if (!times_.empty()) {
      times_[oldest_] = now;
      oldest_ = (oldest_ + 1) % times_.size();
    }
  }

  // Counts one at `now` and answers true, or answers false when the window is full.
  [[nodiscard]] bool Take(base::UnixNanos now) {
    if (IsFull(now)) {
      return false;
    }
    Note(now);
    return true;
  }

  [[nodiscard]] std::size_t most() const { return times_.size(); }
  [[nodiscard]] base::Nanos length() const { return length_; }

 private:
  static constexpr base::UnixNanos kNever{base::Nanos::min() / 2};

  base::Nanos length_;
  std::vector<base::UnixNanos> times_;
  std::size_t oldest_ = 0;
};

}  // namespace bulwark::risk

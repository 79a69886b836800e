// The last half hour of equity, so that a page that was just opened has a line to show.
//
// Shape:   a ring of points at least 2 s apart, kept in memory only.
// Units:   milliseconds since the Unix epoch; equity in the quote currency, for drawing.
// Threads: any.

#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>

#include "api/state_document.h"
#include "base/time.h"

namespace bulwark::api {

class EquityHistory {
 public:
  static constexpr base::Nanos kStep = std::chrono::seconds{2};
  static constexpr std::size_t kPointsMax = 900;

  // Remembers the document's total value, unless it is not known or the last point is too young.
  void Add(const Json& document, base::UnixNanos now);

  // [[milliseconds, equity], ...], oldest first.
  [[nodiscard]] Json Points() const;

 private:
  struct Point {
    base::UnixNanos at;
    double equity;
  };

  mutable std::mutex mutex_;
  std::deque<Point> points_;  // Guarded by mutex_.
};

}  // namespace bulwark::api

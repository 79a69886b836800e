// Spans of time as they were measured, and the lines that bench/run reads.
//
// Shape:   a line is "name<TAB>value<TAB>unit"; a distribution becomes five lines, name.p50 and so
//          on.
// Units:   nanoseconds.
// Threads: one thread.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace bulwark::bench {

class Spans {
 public:
  explicit Spans(std::size_t expected) { spans_.reserve(expected); }

  void Add(base::Nanos span) { spans_.push_back(span.count()); }
  void Clear() { spans_.clear(); }
  [[nodiscard]] std::size_t size() const { return spans_.size(); }
  // Requires: a span was added; 0 <= percent <= 100. Sorts.
  [[nodiscard]] double Percentile(double percent);

 private:
  std::vector<std::int64_t> spans_;
  std::size_t sorted_ = 0;
};

void Report(std::string_view name, double value, std::string_view unit);
// p50, p99, p99.9, the worst and the count. Nothing when empty.
void Report(std::string_view name, Spans& spans);

// What one reading of the clock costs; it is in every span.
base::Nanos ClockCost();

}  // namespace bulwark::bench

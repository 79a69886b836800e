// Relative strength index in Wilder's smoothing.
//
// Shape:   in [0, 100]; 50 while there was no movement. The first `periods` changes are averaged
//          plainly, later ones with weight 1 / periods. ready() after `periods` changes, so periods
//          + 1 values.
// Errors:  none; a value that is not finite is ignored.
// Threads: a value. Nothing allocates.
// Source:  J. Welles Wilder, New Concepts in Technical Trading Systems (1978)

#pragma once

#include <cstddef>

namespace bulwark::strategy {

class Rsi {
 public:
  // Requires: periods >= 1.
  explicit Rsi(std::size_t periods);

  void Update(double value);

  [[nodiscard]] double value() const;
  [[nodiscard]] bool is_ready() const { return changes_ == periods_; }

 private:
  std::size_t periods_;
  std::size_t changes_ = 0;  // Seen, at most periods_.
  bool has_previous_ = false;
  double previous_ = 0;
  double gain_ = 0;  // Averages; plain sums while changes_ < periods_.
  double loss_ = 0;
};

}  // namespace bulwark::strategy

// Exponential moving average.
//
// Shape:   weight 2 / (periods + 1); the first value seeds the average. ready() after `periods`
//          values.
// Units:   those of the values.
// Errors:  none; a value that is not finite is ignored.
// Threads: a value. Nothing allocates.

#pragma once

#include <cmath>
#include <cstddef>

#include "base/ensure.h"

namespace bulwark::strategy {

class Ema {
 public:
  // Requires: periods >= 1.
  explicit Ema(std::size_t periods)
      : weight_(2.0 / (static_cast<double>(periods) + 1.0)), periods_(periods) {
    ENSURE(periods >= 1);
  }

  void Update(double value) {
    if (!std::isfinite(value)) {
      return;
    }
    value_ = count_ == 0 ? value : value_ + weight_ * (value - value_);
    count_ += count_ < periods_ ? 1U : 0U;
  }

  [[nodiscard]] double value() const { return value_; }
  [[nodiscard]] double weight() const { return weight_; }
  [[nodiscard]] bool is_ready() const { return count_ == periods_; }

 private:
  double weight_;
  std::size_t periods_;
  std::size_t count_ = 0;  // Values seen, at most periods_.
  double value_ = 0;
};

}  // namespace bulwark::strategy

// Bollinger bands: the mean of the last values and a band of so many standard deviations around it.
//
// Shape:   a window of `periods` values (population deviation). ready() when the window is full.
//          Updates move mean and spread by the value that leaves and the one that enters; each time
//          the window has turned over once they are computed anew, so that rounding cannot pile up.
// Errors:  none; a value that is not finite is ignored.
// Threads: a value. The window is allocated by the constructor, nothing afterwards.

#pragma once

#include <cstddef>
#include <vector>

namespace bulwark::strategy {

class Bollinger {
 public:
  // Requires: periods >= 2, width > 0.
  Bollinger(std::size_t periods, double width);

  void Update(double value);

  [[nodiscard]] bool is_ready() const { return count_ == window_.size(); }
  [[nodiscard]] double middle() const { return mean_; }
  [[nodiscard]] double deviation() const;
  [[nodiscard]] double lower() const { return mean_ - width_ * deviation(); }
  [[nodiscard]] double upper() const { return mean_ + width_ * deviation(); }

 private:
  void Recompute();

  std::vector<double> window_;  // Ring; the next value goes to next_.
  double width_;
  std::size_t next_ = 0;
  std::size_t count_ = 0;
  double mean_ = 0;
  double squares_ = 0;  // Sum of squared distances from the mean.
};

}  // namespace bulwark::strategy

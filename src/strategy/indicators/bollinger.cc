#include "strategy/indicators/bollinger.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/ensure.h"

namespace bulwark::strategy {

Bollinger::Bollinger(std::size_t periods, double width) : window_(periods, 0.0), width_(width) {
  ENSURE(periods >= 2);
  ENSURE(width > 0);
}

void Bollinger::Update(double value) {
  if (!std::isfinite(value)) {
    return;
  }
  const double leaving = window_[next_];
  const double mean_before = mean_;
  window_[next_] = value;
  if (is_ready()) {
    mean_ += (value - leaving) / static_cast<double>(count_);
    squares_ += (value - leaving) * (value - mean_ + leaving - mean_before);
  } else {
    ++count_;
    mean_ += (value - mean_) / static_cast<double>(count_);
    squares_ += (value - mean_before) * (value - mean_);
  }
  if (++next_ == window_.size()) {
    next_ = 0;
    Recompute();
  }
}

double Bollinger::deviation() const {
  return count_ == 0 ? 0.0 : std::sqrt(std::max(squares_, 0.0) / static_cast<double>(count_));
}

void Bollinger::Recompute() {
  // Around the first value, so that a window of equal values has exactly that mean.
  const double base = window_.front();
  double sum = 0;
  for (const double value : window_) {
    sum += value - base;
  }
  mean_ = base + sum / static_cast<double>(window_.size());
  squares_ = 0;
  for (const double value : window_) {
    squares_ += (value - mean_) * (value - mean_);
  }
}

}  // namespace bulwark::strategy

#include "strategy/indicators/rsi.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/ensure.h"

namespace bulwark::strategy {

Rsi::Rsi(std::size_t periods) : periods_(periods) {
  ENSURE(periods >= 1);
}

void Rsi::Update(double value) {
  if (!std::isfinite(value)) {
    return;
  }
  const double change = value - previous_;
  previous_ = value;
  if (!has_previous_) {
    has_previous_ = true;
    return;
  }
  const auto periods = static_cast<double>(periods_);
  const double gain = std::max(change, 0.0);
  const double loss = std::max(-change, 0.0);
  if (changes_ == periods_) {
    gain_ += (gain - gain_) / periods;
    loss_ += (loss - loss_) / periods;
    return;
  }
  gain_ += gain;
  loss_ += loss;
  if (++changes_ == periods_) {
    gain_ /= periods;
    loss_ /= periods;
  }
}

double Rsi::value() const {
  const double both = gain_ + loss_;
  return both > 0 ? 100.0 * gain_ / both : 50.0;
}

}  // namespace bulwark::strategy

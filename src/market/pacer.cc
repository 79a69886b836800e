#include "market/pacer.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace bulwark::market {

base::Result<Pacer> Pacer::Create(const Options& options) {
  if (options.speed && !(std::isfinite(*options.speed) && *options.speed > 0)) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "replay speed " + std::to_string(*options.speed) + " is not positive");
  }
  if (options.gap_max <= base::Nanos::zero()) {
    return base::Fail(base::ErrorCode::kInvalidArgument, "the longest gap is not positive");
  }
  return Pacer(options);
}

base::Nanos Pacer::Wait(base::UnixNanos event_at, base::Nanos now) {
  if (!options_.speed) {
    return base::Nanos::zero();
  }
  if (!has_started_) {
    has_started_ = true;
    last_event_at_ = event_at;
    due_ = now;
    return base::Nanos::zero();
  }
  due_ += Step(event_at, *options_.speed);
  const bool is_jitter = event_at <= last_event_at_ && last_event_at_ - event_at <= kJitterMax;
  if (!is_jitter) {
    last_event_at_ = event_at;
  }
  if (now - due_ > options_.gap_max) {
    due_ = now;
  }
  return std::max(due_ - now, base::Nanos::zero());
}

base::Nanos Pacer::Step(base::UnixNanos event_at, double speed) const {
  if (event_at <= last_event_at_) {
    return base::Nanos::zero();
  }
  // Compared as doubles: a tiny speed would leave the range of the integer.
  const double scaled = static_cast<double>((event_at - last_event_at_).count()) / speed;
  if (scaled >= static_cast<double>(options_.gap_max.count())) {
    return options_.gap_max;
  }
  return base::Nanos{std::llround(scaled)};
}

}  // namespace bulwark::market

#include "limiter/local_share.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/ensure.h"
#include "base/time.h"
#include "limiter/limits.h"

namespace bulwark::limiter {

LocalShare::LocalShare(const Limits& limits, base::Nanos slack, base::Nanos used_at)
    : clear_at_(used_at) {
  for (const Window& window : limits.windows) {
    rings_.push_back({.span = window.span + slack,
                      .used_at = std::vector<base::Nanos>(limits.LocalUnits(window), used_at)});
    clear_at_ = std::max(clear_at_, used_at + window.span + slack);
  }
}

std::optional<base::Nanos> LocalShare::ReadyAt(std::uint32_t units, base::Nanos now) const {
  base::Nanos ready = now;
  for (const Ring& ring : rings_) {
    if (ring.used_at.size() < units) {
      return std::nullopt;
    }
    // The units-th oldest must have left the window.
    const std::size_t at = (ring.oldest + units - 1) % ring.used_at.size();
    ready = std::max(ready, ring.used_at[at] + ring.span);
  }
  return ready;
}

void LocalShare::Record(std::uint32_t units, base::Nanos now) {
  ENSURE(ReadyAt(units, now) == now);
  for (Ring& ring : rings_) {
    for (std::uint32_t unit = 0; unit < units; ++unit) {
      ring.used_at[ring.oldest] = now;
      ring.oldest = (ring.oldest + 1) % ring.used_at.size();
    }
    clear_at_ = std::max(clear_at_, now + ring.span);
  }
}

base::Nanos LocalShare::ClearAt() const {
  return clear_at_;
}

}  // namespace bulwark::limiter

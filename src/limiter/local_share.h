// The part of the limits that is this process's own: what it may use while Redis is away.
//
// Shape:   per window a ring of the last grants, exact: no span of a window's length ever holds
//          more units than the share. A window without a share allows nothing.
// Units:   monotonic time.
// Threads: one thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "limiter/limits.h"

namespace bulwark::limiter {

class LocalShare {
 public:
  // So far in the past that no window reaches it.
  static constexpr base::Nanos kNever = base::Nanos::min() / 2;

  // `slack` lengthens every window: by so much a call may arrive later than it was granted.
  // `used_at` is when the whole share was used last, as far as is known.
  LocalShare(const Limits& limits, base::Nanos slack, base::Nanos used_at);

  // When `units` more would be allowed, not before `now`; empty when they never are.
  [[nodiscard]] std::optional<base::Nanos> ReadyAt(std::uint32_t units, base::Nanos now) const;
  // Counts them. Requires: ReadyAt(units, now) == now.
  void Record(std::uint32_t units, base::Nanos now);
  // Since when nothing that was granted can still be in a window; the beginning of time when
  // nothing was ever granted.
  [[nodiscard]] base::Nanos ClearAt() const;

 private:
  struct Ring {
    base::Nanos span;
    std::vector<base::Nanos> used_at;  // As many as the share has units. The oldest is at `oldest`.
    std::size_t oldest = 0;
  };

  std::vector<Ring> rings_;
  base::Nanos clear_at_;
};

}  // namespace bulwark::limiter

// Points and spans of time, in nanoseconds, as distinct types that do not mix by accident.
//
// Units:   nanoseconds since the Unix epoch, UTC. There is no local time below src/api.
// Threads: values. WallNow() and MonotonicNow() read the system's clocks; nothing in engine, risk,
//          oms, strategy or market may call them (tools/check_determinism.py).

#pragma once

#include <chrono>

namespace bulwark::base {

using Nanos = std::chrono::nanoseconds;
using UnixNanos = std::chrono::sys_time<Nanos>;

// The wall clock. May jump.
inline UnixNanos WallNow() {
  return std::chrono::time_point_cast<Nanos>(std::chrono::system_clock::now());
}

// Time since an arbitrary start that never goes back. For measuring spans.
inline Nanos MonotonicNow() {
  return std::chrono::duration_cast<Nanos>(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace bulwark::base

// How values are kept in the rows of paper.db.
//
// Units:   counts as 64-bit integers, times in nanoseconds since 1970.
// Errors:  Corrupt() makes the error for rows that make no sense.
// Threads: pure functions.

#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace bulwark::venue::paper {

inline std::int64_t Signed(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

inline std::uint64_t Unsigned(std::int64_t number) {
  return static_cast<std::uint64_t>(number);
}

inline std::int64_t Stamp(base::UnixNanos at) {
  return at.time_since_epoch().count();
}

inline base::UnixNanos Time(std::int64_t stamp) {
  return base::UnixNanos(base::Nanos(stamp));
}

inline tl::unexpected<base::Error> Corrupt(const std::string& what) {
  return base::Fail(base::ErrorCode::kCorrupt, "paper venue: " + what);
}

}  // namespace bulwark::venue::paper

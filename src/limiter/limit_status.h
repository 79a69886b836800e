// What the keys of a rate limit say, for people; and the two things that a person may do to them.
//
// Shape:   reads everything in one go and changes nothing. What cannot be read is in `problems`,
//          the rest is still told.
// Errors:  as redis::Connection::Call(); SetLimits() refuses text that ParseLimits() refuses.
// Threads: the connection's thread.
// Source:  docs/limiter.md#the-keys

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "limiter/limits.h"
#include "redis/connection.h"

namespace bulwark::limiter {

struct LimitStatus {
  struct WindowUse {
    Window window;
    std::uint64_t used = 0;    // Units in the window that ends now.
    std::uint64_t shared = 0;  // Units that Redis may hand out in one.
  };

  std::string name;
  std::string limits;  // As stored: "default 5/min" or "set 5/min"; empty when nobody asked yet.
  std::vector<WindowUse> windows;
  std::optional<double> tokens;  // Of the documented pair, refilled to now.
  base::Nanos closed_for{};      // Zero: open.
  std::array<std::size_t, kPriorities> waiting{};
  std::size_t slots = 0;  // Processes with a part for times without Redis.
  std::vector<std::pair<std::string, std::uint64_t>> counters;
  std::vector<std::string> problems;
};

// The names of all limits that have a key, sorted.
base::Result<std::vector<std::string>> ListLimits(redis::Connection& connection);

// Requires: `name` is a word.
base::Result<LimitStatus> ReadLimitStatus(redis::Connection& connection, const std::string& name);

// In force in each process with its next call. `text` is limits, or "default" to give them back to
// the program.
base::Result<void> SetLimits(redis::Connection& connection, const std::string& name,
                             std::string_view text);

// Takes all that is left of every window; replaces what cannot be read, and answers what that was.
base::Result<std::vector<std::string>> Drain(redis::Connection& connection,
                                             const std::string& name);

}  // namespace bulwark::limiter

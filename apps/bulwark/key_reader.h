// Reads keys whole but bounded, whatever their type, many at a time.
//
// Shape:   a string is cut at kValueBytesMax, a collection at kMembersMax members; `is_cut` tells.
//          The values of types that the contract does not use (hash, stream) are not read.
// Errors:  as redis::Connection::ExecuteForReplies(); an error of one key is in its `error`.
// Threads: the connection's thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "redis/connection.h"

namespace bulwark::app {

constexpr std::size_t kValueBytesMax = std::size_t{1} << 20U;
constexpr std::size_t kMembersMax = 10'000;

struct StoredKey {
  std::string name;
  std::string type;         // As TYPE says; "none" when the key is gone.
  std::int64_t ttl_s = -1;  // -1: never expires.
  std::vector<std::string> values;
  std::vector<std::string> scores;  // Of a sorted set.
  bool is_cut = false;
  std::string error;  // Of Redis, when the value could not be read.
};

// One answer per name, in order.
base::Result<std::vector<StoredKey>> ReadKeys(redis::Connection& connection,
                                              std::span<const std::string> names);

}  // namespace bulwark::app

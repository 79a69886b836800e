// Walks the keys of a Redis by name, with what is known of each: type, time to live, memory, and
// its place in the contract.
//
// Shape:   SCAN in bounded steps, each key once. Values are not read.
// Errors:  as redis::Connection::Call().
// Threads: the connection's thread; blocks for the length of the walk.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "contract/catalogue.h"
#include "redis/connection.h"

namespace bulwark::app {

struct KeyFacts {
  std::string name;
  std::string type;
  std::int64_t ttl_s = -1;                 // -1: never expires.
  std::uint64_t bytes = 0;                 // Of memory, as MEMORY USAGE says.
  const contract::Entry* entry = nullptr;  // Null: not declared.
};

struct KeyWalk {
  std::vector<KeyFacts> keys;  // By name.
  bool is_complete = true;     // False when there were more than asked for.
};

base::Result<KeyWalk> WalkKeys(redis::Connection& connection, std::string_view pattern,
                               std::size_t keys_max);

// Removes them in batches, off the server's main thread (UNLINK); answers how many were there.
base::Result<std::uint64_t> Unlink(redis::Connection& connection,
                                   std::span<const std::string> names);

// "812 B", "3.4 kB", "1.2 MB".
std::string BytesText(std::uint64_t bytes);

}  // namespace bulwark::app

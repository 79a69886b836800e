// Holds a key that was read from a Redis, or a message from a channel, against its catalogue entry.
//
// Shape:   one problem per thing that is wrong, at most kProblemsMax of them.
// Threads: any. Allocates.
// Source:  contract sections 1.1-1.6

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/catalogue.h"

namespace bulwark::contract {

constexpr std::size_t kProblemsMax = 20;

// What was read: TYPE, TTL and the value, or the members of a set, sorted set or list.
struct Observation {
  std::string_view type;    // As Redis' TYPE says.
  std::int64_t ttl_s = -1;  // -1: never expires.
  std::span<const std::string> values;
  std::span<const std::string> scores;  // Of a sorted set, beside its values.
};

// Empty: all is well.
std::vector<std::string> Validate(const Entry& entry, const Observation& seen);

}  // namespace bulwark::contract

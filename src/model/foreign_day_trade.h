// A day trade that somebody else told: another tool of the owner, or an older installation.
//
// Threads: a value.
// Source:  docs/day-trades.md#shown-in-redis

#pragma once

#include <cstdint>
#include <string>

namespace bulwark::model {

struct ForeignDayTrade {
  std::string member;  // As it stands in Redis.
  std::int64_t unix_day = 0;

  bool operator==(const ForeignDayTrade&) const = default;
};

}  // namespace bulwark::model

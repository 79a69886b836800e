// Which keys a person may remove in one go, and the removal.
//
// Shape:   a plan is made first and shown; carrying it out removes the names of the plan and
//          nothing else. What may be removed is a list of what is allowed, not of what is spared:
//          marks of jobs, the cache, and what `keys demo` wrote and nobody took over. Day trades,
//          the kill switch, HALT, orders and limits are not on it.
// Errors:  as redis::Connection::Call().
// Threads: the connection's thread.
// Source:  docs/keys-by-hand.md#removing-keys, contract section 1.9

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "contract/catalogue.h"
#include "redis/connection.h"

namespace bulwark::app {

struct ClearPlan {
  struct Family {
    const contract::Entry* entry = nullptr;
    std::size_t keys = 0;
  };

  std::vector<std::string> names;
  std::vector<Family> families;  // In the order of the catalogue.
  std::size_t kept = 0;          // Keys that stay.
  bool is_complete = true;       // False: there are more; do it again.
};

// Whether `keys clear-demo` may remove such a key without knowing who wrote it.
bool IsMarkOrCache(const contract::Entry& entry);
// Whether `keys demo` may write such a key, and `keys clear-demo` remove it again.
bool IsForDemo(const contract::Entry& entry);

base::Result<ClearPlan> PlanClearDemo(redis::Connection& connection);
// Everything that the contract declares; what it does not is none of ours and stays.
base::Result<ClearPlan> PlanFlush(redis::Connection& connection);
// One domain of the cache, its locks included.
base::Result<ClearPlan> PlanClearCache(redis::Connection& connection, const std::string& domain);

// Answers how many keys are gone.
base::Result<std::uint64_t> CarryOut(redis::Connection& connection, const ClearPlan& plan);

std::string TextOf(const ClearPlan& plan);

}  // namespace bulwark::app

// One thing that two books say differently, with both values to the last digit.
//
// Threads: a value.

#pragma once

#include <string>
#include <vector>

namespace bulwark::audit {

struct Difference {
  std::string where;   // "redis" or "venue"
  std::string what;    // "order 1da2.. status", "cash"
  std::string ledger;  // What the ledger says; "absent" when it has no such thing.
  std::string other;

  bool operator==(const Difference&) const = default;
};

using Differences = std::vector<Difference>;

}  // namespace bulwark::audit

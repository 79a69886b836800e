// Walks a whole Redis and holds every key against the contract's catalogue.
//
// Shape:   SCAN in bounded steps, each key looked at once; a key that vanishes meanwhile is not
//          counted. All problems are counted, the first kShownMax are kept.
// Errors:  as redis::Connection::Call(); a value Redis itself refuses to show is a problem, not an
//          error.
// Threads: the connection's thread; blocks for the length of the walk.
// Source:  contract section 1

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "redis/connection.h"

namespace bulwark::app {

struct KeyProblem {
  std::string key;
  std::string text;
};

struct KeysReport {
  static constexpr std::size_t kShownMax = 1'000;

  std::size_t keys = 0;
  std::size_t problems = 0;
  std::vector<KeyProblem> shown;
};

base::Result<KeysReport> CheckKeys(redis::Connection& connection);

// "3 problems in 120 keys" with a line per problem; the last line is the count.
std::string KeysReportText(const KeysReport& report);
std::string KeysReportJson(const KeysReport& report);

}  // namespace bulwark::app

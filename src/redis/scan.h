// Walks the names of all keys that match a pattern, in bounded steps.
//
// Shape:   SCAN's promise: a key that exists during the whole walk is answered at least once; one
//          that comes or goes meanwhile may be. ScanKeys() removes the duplicates.
// Errors:  as Connection::Call(); kCorrupt when the answer has not SCAN's form.
// Threads: the connection's thread.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "redis/connection.h"

namespace bulwark::redis {

// One walk; lets other commands in between its steps.
class Scanner {
 public:
  explicit Scanner(std::string pattern, std::size_t step_keys = 500)
      : pattern_(std::move(pattern)), step_(std::to_string(step_keys)) {}

  [[nodiscard]] bool is_done() const { return is_done_; }

  // The next names, possibly none. Requires: not is_done().
  base::Result<std::vector<std::string>> Next(Connection& connection);

 private:
  std::string pattern_;
  std::string step_;
  std::string cursor_ = "0";
  bool is_done_ = false;
};

struct ScanResult {
  std::vector<std::string> keys;  // Sorted, each once.
  bool is_complete;               // False when the walk stopped at `keys_max`.
};

base::Result<ScanResult> ScanKeys(Connection& connection, std::string_view pattern,
                                  std::size_t keys_max);

}  // namespace bulwark::redis

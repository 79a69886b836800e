// One key for people: what it holds now, what it means, and whether that is as it should be.
//
// Threads: any. Allocates.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "key_reader.h"

namespace bulwark::app {

struct Explanation {
  std::string text;
  bool is_ok = false;  // Declared, present and valid.
};

Explanation ExplainKey(const StoredKey& key, base::UnixNanos now);

// The value on one line, cut to `length_max` bytes, control bytes shown as '.'.
std::string OneLine(std::string_view value, std::size_t length_max);

// The whole catalogue as a table for a terminal.
std::string KeysTable();

}  // namespace bulwark::app

// Whether a Redis server can be trusted with a halt: it must not forget, evict or refuse what is
// written.
//
// Shape:   ReadFacts() asks the server, Judge() is a pure function of the answers. Servers that
//          forbid CONFIG (hosted ones) leave some facts unknown; Judge() then warns instead of
//          guessing.
// Errors:  ReadFacts() as Connection::Call(). Judge() cannot fail.
// Threads: ReadFacts() the connection's thread; the rest are values.
// Source:  design section 2: doctor and every start refuse what would lose a halt

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "redis/connection.h"

namespace bulwark::redis {

struct ServerFacts {
  std::string version;  // "7.0.15"
  std::string role;     // "master" or "slave"
  bool is_loading = false;
  bool is_aof_on = false;
  bool is_last_aof_write_ok = true;
  bool is_last_rdb_save_ok = true;
  std::uint64_t maxmemory_bytes = 0;  // 0: no limit.
  std::string maxmemory_policy;
  // From CONFIG; empty when the server does not tell.
  std::optional<std::string> save_points;
  std::optional<std::string> append_fsync;
  std::optional<std::string> notify_events;
};

struct Finding {
  enum class Level : std::uint8_t { kOk, kWarn, kRefuse };

  Level level;
  std::string topic;  // "version", "persistence", "eviction", ...
  std::string text;   // For people, with the measured value.

  bool operator==(const Finding&) const = default;
};

base::Result<ServerFacts> ReadFacts(Connection& connection);

// One finding per topic, always in the same order.
std::vector<Finding> Judge(const ServerFacts& facts);

// kOk for no findings.
Finding::Level WorstOf(const std::vector<Finding>& findings);

}  // namespace bulwark::redis

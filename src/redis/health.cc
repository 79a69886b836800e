#include "redis/health.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "redis/connection.h"
#include "redis/reply.h"

namespace bulwark::redis {
namespace {

using Level = Finding::Level;

// The value of `name:value\r\n` in the text of INFO.
std::string InfoField(std::string_view info, std::string_view name) {
  const std::string key = "\n" + std::string(name) + ":";
  const std::size_t at = info.find(key);
  if (at == std::string_view::npos) {
    return {};
  }
  info.remove_prefix(at + key.size());
  return std::string(info.substr(0, info.find_first_of("\r\n")));
}

std::optional<std::string> ConfigValue(Connection& connection, std::string_view name) {
  const auto reply = connection.Call({"CONFIG", "GET", name});
  if (!reply || reply->elements.size() != 2) {
    return std::nullopt;
  }
  return reply->elements[1].text;
}

Finding JudgeVersion(const ServerFacts& facts) {
  constexpr int kMajorMin = 6;  // The first with ACLs.
  constexpr int kMajorTested = 7;
  int major = 0;
  std::from_chars(facts.version.data(), facts.version.data() + facts.version.size(), major);
  if (major < kMajorMin) {
    return {Level::kRefuse, "version", "redis '" + facts.version + "' is older than 6.0"};
  }
  if (major < kMajorTested) {
    return {Level::kWarn, "version", "redis " + facts.version + " works but 7.0 is what is tested"};
  }
  return {Level::kOk, "version", "redis " + facts.version};
}

Finding JudgeRole(const ServerFacts& facts) {
  if (facts.role != "master") {
    return {Level::kRefuse, "role", "the server is a replica and takes no writes"};
  }
  if (facts.is_loading) {
    return {Level::kRefuse, "role", "the server is still loading its data"};
  }
  return {Level::kOk, "role", "takes writes"};
}

Finding JudgePersistence(const ServerFacts& facts) {
  if (!facts.is_last_aof_write_ok) {
    return {Level::kRefuse, "persistence", "the last write to the append-only file failed"};
  }
  if (!facts.is_last_rdb_save_ok) {
    return {Level::kRefuse, "persistence",
            "the last snapshot failed: the server may refuse writes"};
  }
  if (facts.is_aof_on) {
    if (facts.append_fsync == "no") {
      return {Level::kWarn, "persistence",
              "append-only file without fsync: a power cut loses keys"};
    }
    return {Level::kOk, "persistence",
            "append-only file, fsync " + facts.append_fsync.value_or("unknown")};
  }
  if (!facts.save_points) {
    return {Level::kWarn, "persistence",
            "no append-only file, and the server does not tell about snapshots"};
  }
  if (facts.save_points->empty()) {
    return {Level::kWarn, "persistence",
            "nothing is kept on disk: after its restart halts come back from the ledger only"};
  }
  return {Level::kWarn, "persistence",
          "snapshots only (save " + *facts.save_points + "): a crash loses the last minutes"};
}

Finding JudgeEviction(const ServerFacts& facts) {
  const std::string policy = "maxmemory-policy " + facts.maxmemory_policy;
  if (facts.maxmemory_policy == "noeviction") {
    return {Level::kOk, "eviction", policy};
  }
  if (facts.maxmemory_bytes > 0) {
    return {Level::kRefuse, "eviction",
            policy + " with maxmemory " + std::to_string(facts.maxmemory_bytes) +
                " bytes would delete a halt when memory is full: set noeviction"};
  }
  return {Level::kWarn, "eviction", policy + " would delete keys as soon as maxmemory is set"};
}

Finding JudgeNotifications(const ServerFacts& facts) {
  if (!facts.notify_events) {
    return {Level::kWarn, "notifications", "the server does not tell whether it notifies of keys"};
  }
  const std::string& flags = *facts.notify_events;
  const auto has = [&flags](char flag) { return flags.find(flag) != std::string::npos; };
  if (has('K') && (has('A') || (has('$') && has('g')))) {
    return {Level::kOk, "notifications", "notify-keyspace-events " + flags};
  }
  return {
      Level::kWarn, "notifications",
      "notify-keyspace-events '" + flags + "' lacks K$g: a changed key is seen by polling only"};
}

}  // namespace

base::Result<ServerFacts> ReadFacts(Connection& connection) {
  const auto reply = connection.Call({"INFO"});
  if (!reply) {
    return tl::unexpected(reply.error());
  }
  const std::string& info = reply->text;
  ServerFacts facts;
  facts.version = InfoField(info, "redis_version");
  if (facts.version.empty()) {
    return base::Fail(base::ErrorCode::kCorrupt, "INFO of the server names no redis_version");
  }
  facts.role = InfoField(info, "role");
  facts.is_loading = InfoField(info, "loading") == "1";
  facts.is_aof_on = InfoField(info, "aof_enabled") == "1";
  facts.is_last_aof_write_ok = InfoField(info, "aof_last_write_status") != "err";
  facts.is_last_rdb_save_ok = InfoField(info, "rdb_last_bgsave_status") != "err";
  facts.maxmemory_policy = InfoField(info, "maxmemory_policy");
  const std::string maxmemory = InfoField(info, "maxmemory");
  std::from_chars(maxmemory.data(), maxmemory.data() + maxmemory.size(), facts.maxmemory_bytes);
  facts.save_points = ConfigValue(connection, "save");
  facts.append_fsync = ConfigValue(connection, "appendfsync");
  facts.notify_events = ConfigValue(connection, "notify-keyspace-events");
  return facts;
}

std::vector<Finding> Judge(const ServerFacts& facts) {
  return {JudgeVersion(facts), JudgeRole(facts), JudgePersistence(facts), JudgeEviction(facts),
          JudgeNotifications(facts)};
}

Finding::Level WorstOf(const std::vector<Finding>& findings) {
  Level worst = Level::kOk;
  for (const Finding& finding : findings) {
    worst = std::max(worst, finding.level);
  }
  return worst;
}

}  // namespace bulwark::redis

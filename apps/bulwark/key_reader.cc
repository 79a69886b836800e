#include "key_reader.h"

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"

namespace bulwark::app {
namespace {

// The command that reads a value of this type; false when none does.
bool AddRead(redis::Pipeline& pipeline, const StoredKey& key) {
  static const std::string last_byte = std::to_string(kValueBytesMax);
  static const std::string last = std::to_string(kMembersMax - 1);
  static const std::string count = std::to_string(kMembersMax);
  static const std::string newest = "-" + count;
  if (key.type == "string") {
    pipeline.Add({"GETRANGE", key.name, "0", last_byte});
  } else if (key.type == "set") {
    pipeline.Add({"SRANDMEMBER", key.name, count});
  } else if (key.type == "zset") {
    pipeline.Add({"ZRANGE", key.name, "0", last, "WITHSCORES"});
  } else if (key.type == "list") {
    pipeline.Add({"LRANGE", key.name, newest, "-1"});
  } else if (key.type == "hash") {
    pipeline.Add({"HRANDFIELD", key.name, count, "WITHVALUES"});
  } else {
    return false;
  }
  return true;
}

void TakeValue(StoredKey& key, redis::Reply& reply) {
  if (reply.is_error()) {
    key.error = std::move(reply.text);
    return;
  }
  if (key.type == "string") {
    key.is_cut = reply.text.size() > kValueBytesMax;
    key.values.push_back(std::move(reply.text));
    return;
  }
  if (key.type == "hash") {
    for (std::size_t at = 1; at < reply.elements.size(); at += 2) {
      key.values.push_back(std::move(reply.elements[at].text));
    }
    key.is_cut = key.values.size() == kMembersMax;
    return;
  }
  const std::size_t step = key.type == "zset" ? 2 : 1;
  for (std::size_t at = 0; at + step <= reply.elements.size(); at += step) {
    key.values.push_back(std::move(reply.elements[at].text));
    if (step == 2) {
      key.scores.push_back(std::move(reply.elements[at + 1].text));
    }
  }
  key.is_cut = key.values.size() == kMembersMax;
}

base::Result<std::vector<StoredKey>> ReadTypes(redis::Connection& connection,
                                               std::span<const std::string> names) {
  redis::Pipeline pipeline;
  for (const std::string& name : names) {
    pipeline.Add({"TYPE", name});
    pipeline.Add({"TTL", name});
  }
  const auto replies = connection.ExecuteForReplies(pipeline);
  if (!replies) {
    return tl::unexpected(replies.error());
  }
  std::vector<StoredKey> keys;
  keys.reserve(names.size());
  for (std::size_t at = 0; at < names.size(); ++at) {
    const redis::Reply& type = (*replies)[2 * at];
    StoredKey key;
    key.name = names[at];
    key.type = type.is_error() ? "none" : type.text;
    key.error = type.is_error() ? type.text : "";
    key.ttl_s = (*replies)[2 * at + 1].AsInteger().value_or(-1);
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace

base::Result<std::vector<StoredKey>> ReadKeys(redis::Connection& connection,
                                              std::span<const std::string> names) {
  auto keys = ReadTypes(connection, names);
  if (!keys) {
    return keys;
  }
  redis::Pipeline pipeline;
  std::vector<StoredKey*> readable;
  for (StoredKey& key : *keys) {
    if (AddRead(pipeline, key)) {
      readable.push_back(&key);
    }
  }
  auto replies = connection.ExecuteForReplies(pipeline);
  if (!replies) {
    return tl::unexpected(replies.error());
  }
  for (std::size_t at = 0; at < readable.size(); ++at) {
    TakeValue(*readable[at], (*replies)[at]);
  }
  return keys;
}

}  // namespace bulwark::app

#include "sim/fake_redis.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "contract/catalogue.h"
#include "contract/key_match.h"
#include "contract/keys.h"
#include "contract/system_documents.h"
#include "redis/reply.h"
#include "sim/context.h"
#include "sim/fake_redis_link.h"
#include "sim/random.h"

namespace bulwark::sim {
namespace {

using redis::Reply;

constexpr std::size_t kUndoMax = 4'096;

Reply Ok() {
  return {.kind = Reply::Kind::kStatus, .text = "OK"};
}

Reply Number(std::int64_t value) {
  return {.kind = Reply::Kind::kInteger, .integer = value};
}

Reply Bulk(const std::string* value) {
  return value == nullptr ? Reply{} : Reply{.kind = Reply::Kind::kBulk, .text = *value};
}

// Takes "<mark><number>\r\n" from the front.
std::size_t TakeNumber(std::string_view& bytes) {
  const std::size_t end = bytes.find('\r');
  std::size_t number = 0;
  std::from_chars(bytes.data() + 1, bytes.data() + end, number);
  bytes.remove_prefix(end + 2);
  return number;
}

void TakeCommand(std::string_view& bytes, RedisServer::Words& words) {
  words.clear();
  const std::size_t count = TakeNumber(bytes);
  for (std::size_t at = 0; at < count; ++at) {
    const std::size_t size = TakeNumber(bytes);
    words.push_back(bytes.substr(0, size));
    bytes.remove_prefix(size + 2);
  }
}

const contract::Entry* Matched(const std::optional<contract::Match>& match) {
  return match ? match->entry : nullptr;
}

// The number behind "sequence" in a kill switch meta document; -1 when there is none.
std::int64_t SequenceIn(const std::string* meta) {
  constexpr std::string_view kField = "\"sequence\":";
  const std::size_t at = meta == nullptr ? std::string::npos : meta->find(kField);
  if (at == std::string::npos) {
    return -1;
  }
  std::size_t from = at + kField.size();
  from += from < meta->size() && (*meta)[from] == ' ' ? 1U : 0U;
  std::int64_t number = -1;
  std::from_chars(meta->data() + from, meta->data() + meta->size(), number);
  return number;
}

}  // namespace

RedisServer::RedisServer(Context& context)
    : context_(context),
      halt_key_(contract::keys::Halt().text()),
      kill_key_(contract::keys::KillSwitch().text()) {}

bool RedisServer::is_frozen() const {
  return context_.scheduler.now() < frozen_until;
}

bool RedisServer::is_full() const {
  return context_.scheduler.now() < full_until;
}

const std::string* RedisServer::Find(std::string_view key) const {
  const auto found = values_.find(std::string(key));
  return found == values_.end() ? nullptr : &found->second;
}

void RedisServer::Remember(const std::string& key) {
  if (!context_.faults.is_on()) {
    return;
  }
  const auto found = values_.find(key);
  undo_.push_back({context_.scheduler.now(), key,
                   found == values_.end() ? std::nullopt : std::optional(found->second)});
  if (undo_.size() > kUndoMax) {
    undo_.pop_front();
  }
}

void RedisServer::Set(std::string_view key, std::string_view value) {
  std::string name(key);
  Remember(name);
  if (key == halt_key_) {
    halt_was_off_at_ = halt_last_off();
  }
  values_[std::move(name)] = value;
  Announce(key);
}

base::Nanos RedisServer::halt_last_off() const {
  const std::string* word = Find(halt_key_);
  const bool is_off = word != nullptr && contract::DecodeHalt(*word) == contract::HaltReading::kRun;
  return is_off ? context_.scheduler.now() : halt_was_off_at_;
}

void RedisServer::Delete(const std::string& key) {
  Remember(key);
  if (key == halt_key_) {
    halt_was_off_at_ = halt_last_off();
  }
  values_.erase(key);
  sets_.erase(key);
  Announce(key);
}

void RedisServer::FlushAll() {
  halt_was_off_at_ = halt_last_off();
  values_.clear();
  sets_.clear();
  undo_.clear();
  Announce(halt_key_);
}

void RedisServer::FailOver(base::Nanos lost) {
  const base::Nanos since = context_.scheduler.now() - lost;
  halt_was_off_at_ = halt_last_off();
  while (!undo_.empty() && undo_.back().at >= since) {
    Undo& last = undo_.back();
    if (last.before) {
      values_[last.key] = *std::move(last.before);
    } else {
      values_.erase(last.key);
    }
    undo_.pop_back();
  }
  DropConnections();
}

void RedisServer::Evict(std::uint64_t draw) {
  // By name, so that the order of a hash table decides nothing.
  std::vector<std::string> names;
  names.reserve(values_.size());
  for (const auto& [name, value] : values_) {
    names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  for (std::size_t at = 0; at < names.size(); ++at) {
    if (Mix(draw + at) % 4 == 0) {
      Delete(names[at]);
    }
  }
}

void RedisServer::Announce(std::string_view key) {
  if (key != halt_key_ && key != kill_key_) {
    return;
  }
  context_.trace.Note("redis-stop", 0, [&] {
    const std::string* now = Find(key);
    return std::string(key) + " = " + (now == nullptr ? "(none)" : *now);
  });
  for (FakeSubscriber* subscriber : subscribers_) {
    subscriber->Hear(key);
  }
}

std::vector<Reply> RedisServer::Do(std::string_view bytes) {
  std::vector<Reply> replies;
  Words words;
  while (!bytes.empty()) {
    TakeCommand(bytes, words);
    replies.push_back(DoOne(words));
  }
  return replies;
}

Reply RedisServer::DoOne(const Words& words) {
  struct Command {
    std::string_view name;
    Reply (*run)(RedisServer& server, const Words& words);
  };
  static constexpr auto kOk = [](RedisServer&, const Words&) { return Ok(); };
  static constexpr Command kCommands[] = {
      {"SET", [](RedisServer& server, const Words& said) { return server.DoSet(said); }},
      {"PUBLISH", [](RedisServer& server, const Words& said) { return server.DoPublish(said); }},
      {"SADD", [](RedisServer& server, const Words& said) { return server.DoAdd(said); }},
      {"SREM", [](RedisServer& server, const Words& said) { return server.DoRemove(said); }},
      {"DEL", [](RedisServer& server, const Words& said) { return server.DoDelete(said); }},
      {"GET", [](RedisServer& server, const Words& said) { return server.DoGet(said); }},
      {"EXISTS", [](RedisServer& server, const Words& said) { return server.DoCount(said); }},
      {"EVALSHA", [](RedisServer& server, const Words& said) { return server.RunScript(said); }},
      {"EVAL", [](RedisServer& server, const Words& said) { return server.RunScript(said); }},
      {"CONFIG", [](RedisServer&, const Words& said) { return DoConfig(said); }},
      {"MULTI", kOk},
      {"EXEC", kOk},
      {"RPUSH", kOk},
      {"LTRIM", kOk},
      {"HSET", kOk},
      {"HDEL", kOk},
      {"PEXPIRE", kOk},
      {"EXPIRE", kOk}};
  for (const Command& command : kCommands) {
    if (command.name == words[0]) {
      return command.run(*this, words);
    }
  }
  context_.Violate("the simulated Redis does not know the command " + std::string(words[0]));
  return {.kind = Reply::Kind::kError, .text = "ERR unknown command"};
}

Reply RedisServer::DoSet(const Words& words) {
  const bool is_new_only = words.size() > 3 && words[3] == "NX";
  if (is_new_only && Find(words[1]) != nullptr) {
    return {};
  }
  const bool wants_old = words.size() > 3 && words[3] == "GET";
  Reply old = wants_old ? Bulk(Find(words[1])) : Ok();
  CheckDocument(words[1], words[2], false);
  Set(words[1], words[2]);
  return old;
}

Reply RedisServer::DoPublish(const Words& words) {
  CheckDocument(words[1], words[2], true);
  if (keeps_messages) {
    constexpr std::size_t kMessagesMax = 500;
    messages_.push_back(std::string(words[1]) + " " + std::string(words[2]));
    if (messages_.size() > kMessagesMax) {
      messages_.pop_front();
    }
  }
  return Number(0);
}

Reply RedisServer::DoAdd(const Words& words) {
  return Number(sets_[std::string(words[1])].emplace(words[2]).second ? 1 : 0);
}

Reply RedisServer::DoRemove(const Words& words) {
  auto& members = sets_[std::string(words[1])];
  const auto found = members.find(words[2]);
  if (found != members.end()) {
    members.erase(found);
  }
  return Number(1);
}

Reply RedisServer::DoDelete(const Words& words) {
  Delete(std::string(words[1]));
  return Number(1);
}

Reply RedisServer::DoGet(const Words& words) const {
  return Bulk(Find(words[1]));
}

Reply RedisServer::DoCount(const Words& words) const {
  return Number(std::count_if(words.begin() + 1, words.end(),
                              [&](std::string_view key) { return Find(key) != nullptr; }));
}

Reply RedisServer::DoConfig(const Words& words) {
  if (words[1] != "GET") {
    return Ok();
  }
  return {.kind = Reply::Kind::kArray,
          .elements = {{.kind = Reply::Kind::kBulk, .text = std::string(words[2])},
                       {.kind = Reply::Kind::kBulk, .text = "KEA"}}};
}

Reply RedisServer::RunScript(const Words& words) {
  return words[2] == "3" ? ShowKill(words) : ReleaseHalt(words);
}

// EVALSHA digest 3 key meta log word sequence at meta entry channel message [kind text]
Reply RedisServer::ShowKill(const Words& words) {
  const std::string_view key = words[3];
  const std::string_view meta = words[4];
  const std::string_view word = words[6];
  const std::string* now = Find(key);
  if (words.size() > 13 && (now == nullptr || *now != word)) {
    const bool is_still = words[13] == "missing"
                              ? now == nullptr
                              : now != nullptr && words[13] == "text" && *now == words[14];
    if (!is_still) {
      return Number(4);
    }
  }
  std::int64_t sequence = 0;
  std::from_chars(words[7].data(), words[7].data() + words[7].size(), sequence);
  const std::int64_t shown = SequenceIn(Find(meta));
  if (shown > sequence) {
    return Number(3);
  }
  const bool has_word = now != nullptr && *now == word;
  if (shown == sequence && has_word) {
    return Number(2);
  }
  Set(key, word);
  if (shown == sequence) {
    return Number(1);
  }
  CheckDocument(meta, words[9], false);
  Set(meta, words[9]);
  CheckDocument(words[11], words[12], true);
  return Number(0);
}

// EVALSHA digest 1 key word kind text
Reply RedisServer::ReleaseHalt(const Words& words) {
  const std::string_view key = words[3];
  const std::string* now = Find(key);
  if (now != nullptr && *now == words[4]) {
    return Number(2);
  }
  const bool is_still = words[5] == "missing"
                            ? now == nullptr
                            : now != nullptr && words[5] == "text" && *now == words[6];
  if (!is_still) {
    return Number(4);
  }
  Set(key, words[4]);
  return Number(0);
}

void RedisServer::CheckDocument(std::string_view name, std::string_view value, bool is_channel) {
  context_.trace.Hash(value.size());
  // Each tenth document, a different tenth in each run: the same encoders wrote all of them.
  constexpr std::uint64_t kEvery = 10;
  ++documents_;
  if (documents_ > 64 && documents_ % kEvery != context_.trace.hash() % kEvery) {
    return;
  }
  auto [entry, is_new] = entries_.try_emplace(std::string(name));
  if (is_new) {
    entry->second =
        is_channel ? Matched(contract::MatchChannel(name)) : Matched(contract::MatchKey(name));
  }
  if (entry->second == nullptr) {
    context_.Violate("the catalogue does not know " + std::string(name));
    return;
  }
  if (const auto problem = entry->second->check(value)) {
    context_.Violate(std::string(name) + ": " + *problem + ": " + std::string(value));
  }
}

void RedisServer::NoteShown(std::string_view bytes) {
  constexpr std::string_view kPrefix = "oms:order:";
  for (std::size_t at = bytes.find(kPrefix); at != std::string_view::npos;
       at = bytes.find(kPrefix, at + 1)) {
    if (const auto id =
            base::Uuid::Parse(bytes.substr(at + kPrefix.size(), base::Uuid::kTextSize))) {
      shown_.insert(*id);
    }
  }
}

}  // namespace bulwark::sim

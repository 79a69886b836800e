// A Redis that freezes, loses connections, fails over without its last writes, evicts, refuses
// writes, and is written to by others.
//
// Shape:   RedisServer is what survives; a connection is one life's. Commands arrive in the bytes
//          in which they would travel. The two scripts of stateplane/switch_writer.cc are played by
//          their number of keys.
// Errors:  as redis/connection.h.
// Threads: one.
// Source:  redis/connection.h, stateplane/switch_writer.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "contract/catalogue.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/dialer.h"
#include "redis/reply.h"
#include "redis/subscriber.h"
#include "sim/context.h"

namespace bulwark::sim {

class FakeSubscriber;

class RedisServer {
 public:
  using Words = std::vector<std::string_view>;

  explicit RedisServer(Context& context);

  // Does what the bytes of a pipeline ask; one reply per command.
  std::vector<redis::Reply> Do(std::string_view bytes);
  redis::Reply DoOne(const Words& words);
  redis::Reply DoSet(const Words& words);
  redis::Reply DoPublish(const Words& words);
  redis::Reply DoAdd(const Words& words);
  redis::Reply DoRemove(const Words& words);
  redis::Reply DoDelete(const Words& words);
  [[nodiscard]] redis::Reply DoGet(const Words& words) const;
  [[nodiscard]] redis::Reply DoCount(const Words& words) const;
  static redis::Reply DoConfig(const Words& words);

  void Set(std::string_view key, std::string_view value);
  void Delete(const std::string& key);
  [[nodiscard]] const std::string* Find(std::string_view key) const;
  void FlushAll();
  void FailOver(base::Nanos lost);
  void Evict(std::uint64_t draw);

  [[nodiscard]] bool is_frozen() const;
  [[nodiscard]] bool is_full() const;
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  // Every connection is lost.
  void DropConnections() { ++generation_; }
  // Whether an acknowledged transaction showed this order.
  [[nodiscard]] bool HasShown(const base::Uuid& order) const { return shown_.contains(order); }
  void NoteShown(std::string_view bytes);

  // When SYSTEM:HALT last said that trading may go on.
  [[nodiscard]] base::Nanos halt_last_off() const;

  // For scenarios: the last messages, as "channel payload".
  [[nodiscard]] const std::deque<std::string>& messages() const { return messages_; }
  bool keeps_messages = false;

  base::Nanos frozen_until{0};
  base::Nanos full_until{0};

 private:
  friend class FakeSubscriber;

  struct Undo {
    base::Nanos at;
    std::string key;
    std::optional<std::string> before;
  };

  redis::Reply RunScript(const Words& words);
  redis::Reply ShowKill(const Words& words);
  redis::Reply ReleaseHalt(const Words& words);
  void CheckDocument(std::string_view name, std::string_view value, bool is_channel);
  void Remember(const std::string& key);
  void Announce(std::string_view key);

  Context& context_;
  std::unordered_map<std::string, std::string> values_;
  std::unordered_map<std::string, std::set<std::string, std::less<>>> sets_;
  std::deque<Undo> undo_;
  std::deque<std::string> messages_;
  std::unordered_set<base::Uuid> shown_;
  std::vector<FakeSubscriber*> subscribers_;
  std::uint64_t generation_ = 1;
  std::uint64_t documents_ = 0;
  std::unordered_map<std::string, const contract::Entry*> entries_;
  base::Nanos halt_was_off_at_{-1'000'000'000'000};
  std::string halt_key_;
  std::string kill_key_;
};

class FakeDialer final : public redis::Dialer {
 public:
  FakeDialer(Context& context, RedisServer& server) : context_(context), server_(server) {}

  base::Result<std::unique_ptr<redis::Connection>> Connect(
      const redis::ConnectionOptions& options) override;
  base::Result<std::unique_ptr<redis::Subscriber>> Subscribe(
      redis::Args channels, const redis::SubscriberOptions& options) override;
  [[nodiscard]] int db() const override { return 0; }

 private:
  Context& context_;
  RedisServer& server_;
};

}  // namespace bulwark::sim

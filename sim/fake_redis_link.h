// Connections to the simulated Redis, and what may go wrong on them.
//
// Errors:  as redis/connection.h and redis/subscriber.h.
// Threads: one.
// Owner:   the server must outlive them.

#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"
#include "redis/subscriber.h"
#include "sim/context.h"
#include "sim/fake_redis.h"

namespace bulwark::sim {

class FakeConnection final : public redis::Connection {
 public:
  FakeConnection(Context& context, RedisServer& server, const redis::ConnectionOptions& options);

  [[nodiscard]] bool is_alive() const override;
  [[nodiscard]] const std::string& name() const override { return name_; }
  base::Result<redis::Reply> Call(redis::Args args) override;
  base::Result<redis::Reply> Call(redis::Args args, base::Nanos timeout) override;
  base::Result<void> Execute(const redis::Pipeline& pipeline) override;
  base::Result<std::vector<redis::Reply>> ExecuteForReplies(
      const redis::Pipeline& pipeline) override;

 private:
  base::Result<std::vector<redis::Reply>> Exchange(std::string_view bytes, bool writes);
  void DisturbServer();
  std::optional<base::Error> LoseOnTheWay(std::string_view bytes);
  base::Error Drop(const char* why);

  Context& context_;
  RedisServer& server_;
  redis::ConnectionOptions options_;
  std::string name_ = "simulated";
  std::uint64_t generation_;
  bool is_alive_ = true;
};

class FakeSubscriber final : public redis::Subscriber {
 public:
  FakeSubscriber(Context& context, RedisServer& server);
  ~FakeSubscriber() override;
  FakeSubscriber(const FakeSubscriber&) = delete;
  FakeSubscriber& operator=(const FakeSubscriber&) = delete;
  FakeSubscriber(FakeSubscriber&&) = delete;
  FakeSubscriber& operator=(FakeSubscriber&&) = delete;

  base::Result<std::optional<redis::Message>> Next(base::Nanos timeout) override;
  [[nodiscard]] bool is_alive() const override;

  // For the server: a key that is listened to was written.
  void Hear(std::string_view key);

 private:
  Context& context_;
  RedisServer& server_;
  std::uint64_t generation_;
  std::deque<std::string> heard_;
  Task* waiting_ = nullptr;
};

}  // namespace bulwark::sim

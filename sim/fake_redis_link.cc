#include "sim/fake_redis_link.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"
#include "redis/subscriber.h"
#include "sim/context.h"
#include "sim/fake_redis.h"
#include "sim/faults.h"

namespace bulwark::sim {
namespace {

using base::ErrorCode;
using base::Result;
using std::chrono::milliseconds;
using std::chrono::seconds;

tl::unexpected<base::Error> Lost(std::string_view why) {
  return base::Fail(ErrorCode::kUnavailable, "redis at simulated: " + std::string(why));
}

}  // namespace

Result<std::unique_ptr<redis::Connection>> FakeDialer::Connect(
    const redis::ConnectionOptions& options) {
  if (context_.scheduler.is_over()) {
    return Lost("this life is over");
  }
  context_.AwaitPoint("redis connect");
  if (server_.is_frozen()) {
    context_.scheduler.Pause(options.connect_timeout);
    return Lost("no answer in time");
  }
  return std::unique_ptr<redis::Connection>(
      std::make_unique<FakeConnection>(context_, server_, options));
}

Result<std::unique_ptr<redis::Subscriber>> FakeDialer::Subscribe(
    redis::Args /*channels*/, const redis::SubscriberOptions& options) {
  if (context_.scheduler.is_over()) {
    return Lost("this life is over");
  }
  if (server_.is_frozen()) {
    context_.scheduler.Pause(options.connection.connect_timeout);
    return Lost("no answer in time");
  }
  return std::unique_ptr<redis::Subscriber>(std::make_unique<FakeSubscriber>(context_, server_));
}

FakeConnection::FakeConnection(Context& context, RedisServer& server,
                               const redis::ConnectionOptions& options)
    : context_(context), server_(server), options_(options), generation_(server.generation()) {}

bool FakeConnection::is_alive() const {
  return is_alive_;
}

Result<std::vector<redis::Reply>> FakeConnection::Exchange(std::string_view bytes, bool writes) {
  if (context_.scheduler.is_over()) {
    return Lost("this life is over");
  }
  if (!is_alive_) {
    return Lost("this connection was lost earlier");
  }
  context_.AwaitPoint("redis call");
  DisturbServer();
  if (const auto lost = LoseOnTheWay(bytes)) {
    return tl::unexpected<base::Error>(*lost);
  }
  if (!server_.is_full() && context_.faults.Fires(Fault::kRedisOom)) {
    context_.trace.Note("redis-oom");
    server_.full_until =
        context_.scheduler.now() + context_.faults.Span(milliseconds{50}, seconds{2});
  }
  if (writes && server_.is_full()) {
    return base::Fail(ErrorCode::kUnavailable,
                      "OOM command not allowed when used memory > 'maxmemory'");
  }
  if (context_.faults.Fires(Fault::kRedisSlow)) {
    context_.scheduler.Pause(
        context_.faults.Span(base::Nanos{10'000}, options_.call_timeout * 9 / 10));
    if (generation_ != server_.generation()) {
      return tl::unexpected<base::Error>(Drop("the server closed the connection"));
    }
  }
  std::vector<redis::Reply> replies = server_.Do(bytes);
  context_.AwaitPoint("after redis call");
  return replies;
}

// What happens to the server meanwhile, whoever calls.
void FakeConnection::DisturbServer() {
  Faults& faults = context_.faults;
  if (faults.Fires(Fault::kRedisFailover)) {
    context_.trace.Note("redis-failover");
    server_.FailOver(faults.Span(milliseconds{0}, seconds{1}));
  }
  if (faults.Fires(Fault::kRedisEvict)) {
    context_.trace.Note("redis-evict");
    server_.Evict(static_cast<std::uint64_t>(faults.Span(base::Nanos{0}, seconds{1}).count()));
  }
  if (faults.Fires(Fault::kRedisScribble)) {
    constexpr std::string_view kNonsense[] = {"maybe", "", "TRUE!", "off"};
    const auto draw = static_cast<std::size_t>(faults.Span(base::Nanos{0}, seconds{1}).count());
    server_.Set(draw % 2 == 0 ? "SYSTEM:HALT" : "risk:kill_switch", kNonsense[draw / 2 % 4]);
  }
}

// Empty when the bytes arrive and the answer comes back.
std::optional<base::Error> FakeConnection::LoseOnTheWay(std::string_view bytes) {
  Faults& faults = context_.faults;
  if (generation_ != server_.generation()) {
    return Drop("the server closed the connection");
  }
  if (!server_.is_frozen() && faults.Fires(Fault::kRedisFreeze)) {
    context_.trace.Note("redis-freeze");
    if (faults.Span(base::Nanos{0}, base::Nanos{1}).count() == 0 && !server_.is_full()) {
      server_.Do(bytes);  // It had come before; only the answer does not.
    }
    server_.frozen_until =
        context_.scheduler.now() + faults.Span(milliseconds{50}, milliseconds{3'001});
  }
  if (server_.is_frozen()) {
    context_.scheduler.Pause(options_.call_timeout);
    return Drop("no answer in time");
  }
  if (faults.Fires(Fault::kRedisReset)) {
    context_.trace.Note("redis-reset");
    if (faults.Span(base::Nanos{0}, base::Nanos{1}).count() == 0 && !server_.is_full()) {
      server_.Do(bytes);
    }
    return Drop("connection reset by peer");
  }
  return std::nullopt;
}

base::Error FakeConnection::Drop(const char* why) {
  is_alive_ = false;
  return {.code = ErrorCode::kUnavailable, .message = why};
}

Result<redis::Reply> FakeConnection::Call(redis::Args args) {
  return Call(args, options_.call_timeout);
}

Result<redis::Reply> FakeConnection::Call(redis::Args args, base::Nanos /*timeout*/) {
  std::string bytes;
  redis::AppendCommand(bytes, args);
  const bool writes = args[0] != "GET" && args[0] != "EXISTS" && args[0] != "CONFIG";
  auto replies = Exchange(bytes, writes);
  if (!replies) {
    return tl::unexpected<base::Error>(replies.error());
  }
  if (replies->front().is_error()) {
    return base::FailWith(std::string(args[0]), redis::ToError(replies->front().text));
  }
  return std::move(replies->front());
}

Result<void> FakeConnection::Execute(const redis::Pipeline& pipeline) {
  const auto replies = Exchange(pipeline.bytes(), true);
  if (!replies) {
    return tl::unexpected<base::Error>(replies.error());
  }
  server_.NoteShown(pipeline.bytes());
  return {};
}

Result<std::vector<redis::Reply>> FakeConnection::ExecuteForReplies(
    const redis::Pipeline& pipeline) {
  return Exchange(pipeline.bytes(), false);
}

FakeSubscriber::FakeSubscriber(Context& context, RedisServer& server)
    : context_(context), server_(server), generation_(server.generation()) {
  server_.subscribers_.push_back(this);
}

FakeSubscriber::~FakeSubscriber() {
  std::erase(server_.subscribers_, this);
}

bool FakeSubscriber::is_alive() const {
  return generation_ == server_.generation();
}

void FakeSubscriber::Hear(std::string_view key) {
  constexpr std::size_t kHeardMax = 16;
  // A frozen server tells nothing, and a lost connection hears nothing.
  if (server_.is_frozen() || !is_alive() || heard_.size() >= kHeardMax) {
    return;
  }
  heard_.emplace_back("__keyspace@0__:" + std::string(key));
  if (waiting_ != nullptr) {
    context_.scheduler.Wake(waiting_);
  }
}

Result<std::optional<redis::Message>> FakeSubscriber::Next(base::Nanos timeout) {
  if (context_.scheduler.is_over()) {
    return Lost("this life is over");
  }
  if (heard_.empty() && is_alive()) {
    waiting_ = context_.scheduler.current();
    context_.scheduler.Pause(timeout);
    waiting_ = nullptr;
  }
  if (!is_alive()) {
    return Lost("the server closed the connection");
  }
  if (heard_.empty()) {
    return std::optional<redis::Message>();
  }
  redis::Message message{.channel = std::move(heard_.front()), .payload = "set"};
  heard_.pop_front();
  return std::optional<redis::Message>(std::move(message));
}

}  // namespace bulwark::sim

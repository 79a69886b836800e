// A limiter on a private Redis whose time the test moves, for the tests beside this file.
//
// Shape:   the scripts read the time from the key `test:time`; the clock moves it along when a
//          limiter waits.
// Threads: one thread.

#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "limiter/limiter.h"
#include "limiter/limits.h"
#include "redis/connection.h"
#include "redis/dialer.h"
#include "redis/reply.h"
#include "redis/test_server.h"

namespace bulwark::limiter {

inline constexpr std::string_view kTestTime =
    "{string.match(redis.call('GET', 'test:time'), '^(%d+) (%d+)$')}";

class TestClock final : public base::Clock {
 public:
  [[nodiscard]] base::UnixNanos WallNow() const override { return base::UnixNanos{now}; }
  [[nodiscard]] base::Nanos MonotonicNow() const override {
    now += advance_per_look;
    return now;
  }
  void Pause(base::Nanos span) const override { pass(span); }

  std::function<void(base::Nanos)> pass;
  base::Nanos advance_per_look{};
  mutable base::Nanos now = std::chrono::seconds{1'000};
};

class LimiterFixture : public testing::Test {
 protected:
  LimiterFixture() {
    clock_.pass = [this](base::Nanos span) { Pass(span); };
    SetServerTime();
  }

  // Limits as text; `more` may change the other options.
  std::unique_ptr<Limiter> Make(std::string_view limits,
                                const std::function<void(LimiterOptions&)>& more = {}) {
    LimiterOptions options;
    options.name = "test";
    options.limits = *ParseLimits(limits);
    options.clock = &clock_;
    options.server_time = kTestTime;
    options.call_timeout = std::chrono::seconds{5};
    if (more) {
      more(options);
    }
    return *Limiter::Create(std::move(options), dialer_);
  }

  static bool Grants(Limiter& limiter, const Call& call = {}) {
    const auto answer = limiter.TryAcquire(call);
    EXPECT_TRUE(answer.has_value()) << answer.error().message;
    return answer && std::holds_alternative<Permit>(*answer);
  }

  static Refusal RefusalOf(const base::Result<Answer>& answer) {
    EXPECT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_TRUE(answer && std::holds_alternative<Refusal>(*answer)) << "it was granted";
    const auto* refusal = answer ? std::get_if<Refusal>(&*answer) : nullptr;
    return refusal == nullptr ? Refusal{} : *refusal;
  }

  // For everybody.
  void Pass(base::Nanos span) {
    clock_.now += span;
    PassServerOnly(span);
  }
  void PassServerOnly(base::Nanos span) {
    server_now_ += std::chrono::duration_cast<std::chrono::microseconds>(span);
    SetServerTime();
  }

  void Do(std::initializer_list<std::string_view> words) {
    const auto reply = connection_->Call(words);
    ASSERT_TRUE(reply.has_value()) << reply.error().message;
  }
  std::string Text(std::initializer_list<std::string_view> words) {
    const auto reply = connection_->Call(words);
    EXPECT_TRUE(reply.has_value()) << reply.error().message;
    if (!reply) {
      return "";
    }
    const redis::Reply& first = reply->elements.empty() ? *reply : reply->elements.front();
    return first.text;
  }
  std::int64_t Number(std::initializer_list<std::string_view> words) {
    const auto reply = connection_->Call(words);
    return reply ? reply->AsInteger().value_or(-1) : -1;
  }

  // As a crash and a restart do it; what was in the file comes back.
  void StopServer() {
    connection_.reset();
    server_.server().Stop(base::Nanos::zero());
  }
  void StartServer() {
    ASSERT_TRUE(server_.server().Start());
    connection_ = server_.Connect();
    SetServerTime();
  }

  void SetServerTime() {
    if (connection_ == nullptr) {
      return;
    }
    constexpr std::int64_t kMicros = 1'000'000;
    const std::int64_t now = server_now_.count();
    Do({"SET", "test:time", std::to_string(now / kMicros) + " " + std::to_string(now % kMicros)});
  }

  TestClock clock_;
  redis::TestServer server_;
  std::unique_ptr<redis::Connection> connection_ = server_.Connect();
  redis::UrlDialer dialer_{server_.url()};
  std::chrono::microseconds server_now_{1'773'309'600'125'000};
};

}  // namespace bulwark::limiter

// Goal: a value is fetched once by all together, kept as long as it should, answered stale rather
//       than not at all, and never wrong: not when Redis is away, nor when others wrote the key.
// Method: a private redis-server; a counted source; what makes a value old is PEXPIRE, not time.

#include "cache/cache.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <latch>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "redis/connection.h"
#include "redis/dialer.h"
#include "redis/test_server.h"

namespace bulwark::cache {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr std::string_view kKey = "cache:fundamentals:AAPL";
constexpr std::string_view kLock = "cache_lock:fundamentals:AAPL";

// Moves when somebody waits.
class HandClock final : public base::Clock {
 public:
  [[nodiscard]] base::UnixNanos WallNow() const override { return base::UnixNanos(now_); }
  [[nodiscard]] base::Nanos MonotonicNow() const override { return now_; }
  void Pause(base::Nanos span) const override { now_ += span; }

 private:
  mutable base::Nanos now_{};
};

class CacheTest : public testing::Test {
 protected:
  static Cache::Options Patient() {
    Cache::Options options;
    options.call_timeout = seconds{5};
    return options;
  }

  Fetch Answers(const Value& value) {
    return [this, value] {
      ++fetches_;
      return base::Result<Value>(value);
    };
  }
  Fetch Fails() {
    return [this] {
      ++fetches_;
      return base::Result<Value>(base::Fail(base::ErrorCode::kUnavailable, "the source is down"));
    };
  }
  Found Get(const Fetch& fetch) {
    auto found = cache_.Get(domain_, "AAPL", fetch);
    EXPECT_TRUE(found.has_value()) << found.error().message;
    return found ? *found : Found{};
  }
  void Do(std::initializer_list<std::string_view> words) {
    const auto reply = connection_->Call(words);
    ASSERT_TRUE(reply.has_value()) << reply.error().message;
  }
  std::int64_t LifeSeconds() { return *connection_->Call({"TTL", kKey})->AsInteger(); }

  redis::TestServer server_;
  redis::UrlDialer dialer_{server_.url()};
  std::unique_ptr<redis::Connection> connection_ = server_.Connect();
  Domain domain_{.name = "fundamentals"};
  Cache cache_{Patient(), dialer_};
  int fetches_ = 0;
};

TEST_F(CacheTest, FetchesOnceAndKeepsTheTextAsItCame) {
  EXPECT_EQ(Get(Answers(R"({"pe": 31.5})")).from, Found::From::kSource);

  const Found found = Get(Answers("1"));

  EXPECT_EQ(found.from, Found::From::kCache);
  EXPECT_EQ(found.value, R"({"pe": 31.5})");
  EXPECT_EQ(connection_->Call({"GET", kKey})->AsText(), R"({"pe": 31.5})");
  EXPECT_EQ(fetches_, 1);
  EXPECT_EQ(cache_.stats().hits, 1U);
  EXPECT_EQ(connection_->Call({"EXISTS", "cache_lock:fundamentals:AAPL"})->AsInteger(), 0);
}

TEST_F(CacheTest, LivesForItsTimeAndTheSameNameForTheSameTime) {
  Get(Answers("1"));
  const std::int64_t life = LifeSeconds();
  Do({"DEL", kKey});
  Get(Answers("2"));

  EXPECT_LE(life, 3600);
  EXPECT_GE(life, 3600 - 180 - 1);
  EXPECT_NEAR(static_cast<double>(LifeSeconds()), static_cast<double>(life), 1);
  std::vector<std::int64_t> lives;
  for (const std::string_view symbol : {"A", "B", "C", "D"}) {
    EXPECT_TRUE(cache_.Put(domain_, symbol, "1"));
    lives.push_back(
        *connection_->Call({"TTL", "cache:fundamentals:" + std::string(symbol)})->AsInteger());
  }
  EXPECT_THAT(lives, testing::Not(testing::Each(lives.front()))) << "not all end at once";
}

TEST_F(CacheTest, RemembersThatThereIsNothing) {
  EXPECT_EQ(Get(Answers(std::nullopt)).value, std::nullopt);

  const Found found = Get(Answers("1"));

  EXPECT_EQ(found.value, std::nullopt);
  EXPECT_EQ(found.from, Found::From::kCache);
  EXPECT_LE(LifeSeconds(), 300);
  EXPECT_EQ(cache_.stats().negative_hits, 1U);
}

TEST_F(CacheTest, AnswersAStaleValueOnlyWhenTheSourceFails) {
  Get(Answers("1"));
  Do({"PEXPIRE", kKey, "1799000"});  // Less is left than the stale half hour.

  EXPECT_EQ(Get(Fails()).from, Found::From::kStale);
  EXPECT_EQ(Get(Fails()).value, "1");
  EXPECT_EQ(Get(Answers("2")).value, "2");
  EXPECT_EQ(Get(Fails()).from, Found::From::kCache);
}

TEST_F(CacheTest, PassesTheSourcesErrorOnWhenThereIsNothingStale) {
  const auto found = cache_.Get(domain_, "AAPL", Fails());

  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().message, "the source is down");
  EXPECT_EQ(connection_->Call({"EXISTS", kKey, kLock})->AsInteger(), 0)
      << "neither a value nor a lock is left";
}

TEST_F(CacheTest, KeepsNothingThatIsNoJsonAndNothingTooLarge) {
  EXPECT_FALSE(cache_.Get(domain_, "AAPL", Answers("<html>")).has_value());
  EXPECT_FALSE(cache_.Put(domain_, "AAPL", "{").has_value());
  const std::string large = "\"" + std::string(std::size_t{1} << 20U, 'x') + "\"";

  EXPECT_EQ(Get(Answers(large)).value, large);
  EXPECT_EQ(cache_.stats().too_large, 1U);
  EXPECT_EQ(connection_->Call({"EXISTS", kKey, kLock})->AsInteger(), 0);
}

TEST_F(CacheTest, AsksTheSourceWhenOthersDamagedTheKey) {
  Do({"SET", kKey, "{broken", "EX", "3000"});
  EXPECT_EQ(Get(Answers("1")).value, "1");
  EXPECT_EQ(Get(Fails()).value, "1");

  Do({"SET", kKey, "7"});  // Without an end: of unknown age, but better than nothing.
  EXPECT_EQ(Get(Fails()).value, "7");
  EXPECT_EQ(Get(Answers("2")).value, "2");
  EXPECT_GT(LifeSeconds(), 0);

  Do({"DEL", kKey});
  Do({"RPUSH", kKey, "x"});
  EXPECT_EQ(Get(Answers("3")).value, "3");
  EXPECT_GE(cache_.stats().unreadable, 2U);
}

TEST_F(CacheTest, LetsOneFetchAndTheOthersWaitForIt) {
  constexpr int kThreads = 6;
  std::atomic<int> fetches = 0;
  std::atomic<int> same = 0;
  std::latch start(kThreads);
  std::vector<std::jthread> threads;
  threads.reserve(kThreads);
  for (int at = 0; at < kThreads; ++at) {
    threads.emplace_back([&] {
      redis::UrlDialer dialer(server_.url());
      Cache cache(Patient(), dialer);
      start.arrive_and_wait();
      const auto found = cache.Get(domain_, "AAPL", [&] {
        ++fetches;
        return base::Result<Value>("42");
      });
      same += found && found->value == "42" ? 1 : 0;
    });
  }
  threads.clear();

  EXPECT_EQ(fetches, 1);
  EXPECT_EQ(same, kThreads);
}

TEST_F(CacheTest, AnswersStaleWhileAnotherProcessFetches) {
  Get(Answers("1"));
  Do({"PEXPIRE", kKey, "1799000"});
  Do({"SET", "cache_lock:fundamentals:AAPL", "another", "PX", "60000"});

  EXPECT_EQ(Get(Answers("2")).from, Found::From::kStale);
  EXPECT_EQ(fetches_, 1);
  EXPECT_EQ(connection_->Call({"GET", "cache_lock:fundamentals:AAPL"})->AsText(), "another");
}

TEST_F(CacheTest, HoldsItsLockThroughAFetchThatTakesLongerThanTheLockLives) {
  HandClock clock;
  Cache::Options options = Patient();
  options.clock = &clock;
  options.lock_time = seconds{20};
  Cache cache(options, dialer_);
  const auto left = [this] { return *connection_->Call({"PTTL", kLock})->AsInteger(); };

  const auto found = cache.Get(domain_, "AAPL", [&] {
    EXPECT_GT(left(), 15'000);
    Do({"PEXPIRE", kLock, "3000"});  // Seventeen seconds have passed there.
    cache.KeepLock();
    EXPECT_LE(left(), 3'000) << "not at every call";
    clock.Pause(seconds{5});
    cache.KeepLock();
    EXPECT_GT(left(), 15'000);
    Do({"SET", kLock, "another", "PX", "3000"});
    clock.Pause(seconds{5});
    cache.KeepLock();
    EXPECT_LE(left(), 3'000) << "what is another's stays as it is";
    return base::Result<Value>(Value("1"));
  });

  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_EQ(connection_->Call({"GET", kLock})->AsText(), "another");
}

TEST_F(CacheTest, DoesNotAskTheSourceWhileAnotherProcessStillDoes) {
  HandClock clock;
  Cache::Options options = Patient();
  options.clock = &clock;
  Cache cache(options, dialer_);
  Do({"SET", kLock, "another", "PX", "3600000"});

  const auto found = cache.Get(domain_, "AAPL", Answers("1"));

  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, base::ErrorCode::kUnavailable);
  EXPECT_THAT(found.error().message, HasSubstr("another process is still fetching"));
  EXPECT_EQ(fetches_, 0);
  EXPECT_GE(clock.MonotonicNow(), seconds{90});
}

TEST_F(CacheTest, TakesOverWhenTheOneWhoFetchesDied) {
  Do({"SET", "cache_lock:fundamentals:AAPL", "dead", "PX", "60"});

  EXPECT_EQ(Get(Answers("1")).value, "1");
  EXPECT_EQ(cache_.stats().waits, 1U);
}

TEST_F(CacheTest, AsksTheSourceEachTimeWithoutRedisAndReturnsByItself) {
  Cache::Options options = Patient();
  options.probe_interval = base::Nanos{1};
  Cache cache(options, dialer_);
  server_.server().Stop();
  EXPECT_EQ(cache.Get(domain_, "AAPL", Answers("1"))->from, Found::From::kSource);
  EXPECT_EQ(cache.Get(domain_, "AAPL", Answers("1"))->from, Found::From::kSource);
  EXPECT_FALSE(cache.Remove(domain_, "AAPL").has_value());

  ASSERT_TRUE(server_.server().Start());

  EXPECT_EQ(cache.Get(domain_, "AAPL", Answers("2"))->from, Found::From::kSource);
  EXPECT_EQ(cache.Get(domain_, "AAPL", Answers("3"))->value, "2");
}

TEST_F(CacheTest, AddsItsCountersInRedis) {
  const auto score = [this](std::string_view name) {
    const auto reply = connection_->Call({"ZSCORE", "cache_counters:fundamentals", name});
    return reply ? reply->text : reply.error().message;
  };
  {
    Cache cache(Patient(), dialer_);
    EXPECT_TRUE(cache.Get(domain_, "AAPL", Answers("1")).has_value());
    EXPECT_TRUE(cache.Get(domain_, "AAPL", Answers("1")).has_value());
    EXPECT_TRUE(cache.Get(domain_, "AAPL", Answers("1")).has_value());
    EXPECT_FALSE(cache.Get(domain_, "MSFT", Fails()).has_value());
  }
  EXPECT_EQ(score("hits"), "2");
  EXPECT_EQ(score("fetches"), "2");
  EXPECT_EQ(score("failed"), "1");
  EXPECT_EQ(score("stale"), "");
}

TEST_F(CacheTest, CountsLaterWhatHappenedWithoutRedis) {
  Cache::Options options = Patient();
  options.probe_interval = base::Nanos{1};
  {
    Cache cache(options, dialer_);
    server_.server().Stop();
    EXPECT_TRUE(cache.Get(domain_, "AAPL", Answers("1")).has_value());
    EXPECT_TRUE(cache.Get(domain_, "AAPL", Answers("1")).has_value());
    ASSERT_TRUE(server_.server().Start());
  }
  connection_ = server_.Connect();
  EXPECT_EQ(connection_->Call({"ZSCORE", "cache_counters:fundamentals", "fetches"})->AsText(), "2");
}

TEST_F(CacheTest, LosesOnlyTheCountWhenOthersDamagedTheCounters) {
  Do({"SET", "cache_counters:fundamentals", "not a zset"});
  EXPECT_EQ(Get(Answers("1")).from, Found::From::kSource);
  EXPECT_EQ(Get(Answers("2")).from, Found::From::kCache);
  EXPECT_EQ(connection_->Call({"GET", "cache_counters:fundamentals"})->AsText(), "not a zset");
}

TEST_F(CacheTest, RefusesNamesAndTimesOutsideTheContract) {
  const std::string long_name(201, 'x');
  EXPECT_FALSE(cache_.Get(domain_, "", Answers("1")).has_value());
  EXPECT_FALSE(cache_.Get(domain_, long_name, Answers("1")).has_value());
  EXPECT_THAT(cache_.Get({.name = "a:b"}, "x", Answers("1")).error().message,
              HasSubstr("is not cache:<domain>:<identifier>"));
  EXPECT_FALSE(cache_.Get({.name = "a", .fresh = minutes{1}}, "x", Answers("1")).has_value());
  EXPECT_FALSE(
      cache_.Get({.name = "a", .fresh = minutes{40}, .stale = minutes{21}}, "x", Answers("1"))
          .has_value());
  EXPECT_EQ(fetches_, 0);
}

}  // namespace
}  // namespace bulwark::cache

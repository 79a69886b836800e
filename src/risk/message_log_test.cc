// Goal: no stretch of a window's length ever has more messages than the window lets be added, and
//       what may not be refused counts all the same.
// Method: edges, then random times beside a count over the whole list.

#include "risk/message_log.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/time.h"
#include "model/order.h"
#include "risk/rate_window.h"
#include "risk/risk_testing.h"

namespace bulwark::risk {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing_support::kNow;

const model::StrategyName kA("a");
const model::StrategyName kB("b");

TEST(RateWindowTest, IsFullAtItsEdge) {
  RateWindow window(seconds{1}, 2);
  EXPECT_TRUE(window.Take(kNow));
  EXPECT_TRUE(window.Take(kNow + milliseconds{400}));
  EXPECT_FALSE(window.Take(kNow + milliseconds{999}));
  EXPECT_TRUE(window.Take(kNow + seconds{1}));
  EXPECT_TRUE(RateWindow(seconds{1}, 0).IsFull(kNow));
}

TEST(RateWindowTest, WhatIsNotedWhenFullCounts) {
  RateWindow window(seconds{1}, 1);
  window.Note(kNow);
  window.Note(kNow + milliseconds{900});
  EXPECT_TRUE(window.IsFull(kNow + milliseconds{1'800}));
  EXPECT_FALSE(window.IsFull(kNow + milliseconds{1'900}));
}

TEST(RateWindowTest, AgreesWithACountOverAll) {
  std::mt19937_64 random{20'261'122};
  RateWindow window(seconds{1}, 5);
  std::vector<base::UnixNanos> all;
  base::UnixNanos now = kNow;
  for (int step = 0; step < 20'000; ++step) {
    now += milliseconds{random() % 400};
    const auto lately =
        std::ranges::count_if(all, [&](base::UnixNanos at) { return now - at < seconds{1}; });
    ASSERT_EQ(window.IsFull(now), lately >= 5);
    const bool is_forced = random() % 8 == 0;
    if (is_forced || lately < 5) {
      window.Note(now);
      all.push_back(now);
    }
    if (all.size() > 50) {
      all.erase(all.begin(), all.begin() + 25);
    }
  }
}

TEST(MessageLogTest, SaysWhichWindowIsFull) {
  MessageLog log({.per_second = 2, .per_minute = 3, .per_strategy_minute = 100});
  EXPECT_EQ(log.Full(kA, kNow), nullptr);
  log.Note(kA, kNow);
  log.Note(kB, kNow);
  const RateWindow* full = log.Full(kA, kNow + milliseconds{999});
  ASSERT_NE(full, nullptr);
  EXPECT_EQ(full->length(), seconds{1});
  EXPECT_EQ(log.Full(kA, kNow + seconds{1}), nullptr);
  log.Note(kA, kNow + seconds{2});
  full = log.Full(kA, kNow + seconds{10});
  ASSERT_NE(full, nullptr);
  EXPECT_EQ(full->length(), minutes{1});
}

TEST(MessageLogTest, EachStrategyHasItsOwnMinute) {
  MessageLog log({.per_second = 100, .per_minute = 100, .per_strategy_minute = 1});
  log.Note(kA, kNow);
  EXPECT_NE(log.Full(kA, kNow + seconds{59}), nullptr);
  EXPECT_EQ(log.Full(kB, kNow + seconds{59}), nullptr);
  EXPECT_EQ(log.Full(kA, kNow + seconds{60}), nullptr);
}

TEST(MessageLogTest, StrategiesBeyondThePlacesShareTheLast) {
  MessageLog log({.per_second = 100, .per_minute = 100, .per_strategy_minute = 1});
  for (std::size_t at = 0; at < MessageLog::kStrategiesMax; ++at) {
    log.Note(model::StrategyName("s" + std::to_string(at)), kNow);
  }
  EXPECT_NE(log.Full(model::StrategyName("one more"), kNow), nullptr);
}

}  // namespace
}  // namespace bulwark::risk

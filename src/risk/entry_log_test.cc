// Goal: the log of entries answers when the same was asked for, how many the day and the candle
//       had, and forgets only what is older than it may.
// Method: single cases at the edges, then random entries beside a list that forgets nothing.

#include "risk/entry_log.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "model/market_data.h"
#include "model/order.h"
#include "risk/risk_testing.h"

namespace bulwark::risk {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing_support::D;
using testing_support::kNow;

constexpr base::Nanos kCandle{minutes{1}};

model::NewOrder Buy(const char* quantity) {
  model::NewOrder order;
  order.quantity = D(quantity);
  return order;
}

TEST(EntryLogTest, KnowsNothingAtFirst) {
  const EntryLog log;
  EXPECT_EQ(log.SameAs(Buy("1")), std::nullopt);
  EXPECT_EQ(log.LastIn({0}), std::nullopt);
  EXPECT_EQ(log.OnDayOf(kNow), 0U);
  EXPECT_EQ(log.InCandleOf({0}, kNow, kCandle), 0U);
}

TEST(EntryLogTest, ASameOrderIsTheSameInEveryPart) {
  EntryLog log;
  model::NewOrder order = Buy("1");
  order.type = model::OrderType::kLimit;
  order.limit_price = D("10");
  order.strategy = model::StrategyName("a");
  log.Note(order, kNow, kCandle);
  EXPECT_EQ(log.SameAs(order), kNow);

  const auto differs = [&](auto change) {
    model::NewOrder other = order;
    change(other);
    return log.SameAs(other) == std::nullopt;
  };
  EXPECT_TRUE(differs([](auto& other) { other.quantity = D("1.1"); }));
  EXPECT_TRUE(differs([](auto& other) { other.limit_price = D("10.01"); }));
  EXPECT_TRUE(differs([](auto& other) { other.stop_price = D("9"); }));
  EXPECT_TRUE(differs([](auto& other) { other.side = model::Side::kSell; }));
  EXPECT_TRUE(differs([](auto& other) { other.type = model::OrderType::kStopLimit; }));
  EXPECT_TRUE(differs([](auto& other) { other.instrument = {1}; }));
  EXPECT_TRUE(differs([](auto& other) { other.strategy = model::StrategyName("b"); }));
}

TEST(EntryLogTest, CountsTheDayOverARestart) {
  EntryLog log;
  log.Restore(UtcDay(kNow), 7);
  EXPECT_EQ(log.OnDayOf(kNow), 7U);
  log.Note(Buy("1"), kNow, kCandle);
  EXPECT_EQ(log.OnDayOf(kNow), 8U);
  EXPECT_EQ(log.OnDayOf(kNow + hours{24}), 0U);
  log.Note(Buy("1"), kNow + hours{24}, kCandle);
  EXPECT_EQ(log.OnDayOf(kNow + hours{24}), 1U);
}

TEST(EntryLogTest, AClockSetBackDoesNotBeginTheDayAnew) {
  EntryLog log;
  log.Note(Buy("1"), kNow, kCandle);
  log.Note(Buy("2"), kNow - hours{24}, kCandle);
  EXPECT_EQ(log.OnDayOf(kNow), 2U);
  EXPECT_EQ(log.OnDayOf(kNow - hours{24}), 2U);
}

struct Noted {
  model::NewOrder order;
  base::UnixNanos at;
};

// What the log must answer, from a list that forgets nothing.
struct Expected {
  std::optional<base::UnixNanos> same;
  std::optional<base::UnixNanos> last;
  std::size_t today = 0;
  std::size_t in_candle = 0;
};

Expected Recount(const std::vector<Noted>& all, const model::NewOrder& order, base::UnixNanos now) {
  Expected expected;
  for (std::size_t at = 0; at < all.size(); ++at) {
    const Noted& noted = all[at];
    expected.today += UtcDay(noted.at) == UtcDay(now) ? 1U : 0U;
    if (noted.order.instrument != order.instrument) {
      continue;
    }
    expected.last = noted.at;
    const bool is_kept = all.size() - at <= EntryLog::kEntriesMax;
    if (is_kept && noted.order.quantity == order.quantity) {
      expected.same = noted.at;
    }
    const bool is_in_candle =
        noted.at.time_since_epoch() / kCandle == now.time_since_epoch() / kCandle;
    expected.in_candle += is_in_candle ? 1U : 0U;
  }
  return expected;
}

TEST(EntryLogTest, AgreesWithAListThatForgetsNothing) {
  std::mt19937_64 random{20'261'122};
  EntryLog log;
  std::vector<Noted> all;
  base::UnixNanos now = kNow;
  for (int step = 0; step < 3'000; ++step) {
    now += seconds{random() % 1'500};
    model::NewOrder order = Buy(random() % 2 == 0 ? "1" : "2");
    order.instrument = {static_cast<std::uint16_t>(random() % 3)};
    const Expected expected = Recount(all, order, now);
    ASSERT_EQ(log.SameAs(order), expected.same);
    ASSERT_EQ(log.LastIn(order.instrument), expected.last);
    ASSERT_EQ(log.OnDayOf(now), expected.today);
    ASSERT_EQ(log.InCandleOf(order.instrument, now, kCandle), expected.in_candle);
    log.Note(order, now, kCandle);
    all.push_back({.order = order, .at = now});
  }
}

}  // namespace
}  // namespace bulwark::risk

// Goal: every event of the source reaches the engine once and in order, and its end is told.
// Method: a feed of numbered ticks, longer than the queue, that ends or fails.

#include "trader/feed_thread.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <variant>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "market/feed.h"
#include "market/pacer.h"
#include "model/event.h"
#include "model/market_data.h"
#include "trader/health.h"
#include "trader/queues.h"
#include "trader/trader_testing.h"

namespace bulwark::trader {
namespace {

using testing_support::TakeAll;
using testing_support::Until;

class NumberedFeed : public market::Feed {
 public:
  NumberedFeed(std::int64_t length, bool fails_at_the_end)
      : length_(length), fails_at_the_end_(fails_at_the_end) {}

  base::Result<std::optional<model::MarketEvent>> Next() override {
    if (at_ == length_) {
      if (fails_at_the_end_) {
        return base::Fail(base::ErrorCode::kUnavailable, "the source is gone");
      }
      return std::optional<model::MarketEvent>();
    }
    ++at_;
    return model::Tick{.price = base::Decimal::FromInt(at_),
                       .event_at = base::UnixNanos{std::chrono::seconds{1'700'000'000 + at_}}};
  }
  [[nodiscard]] const market::FeedHealth& health() const override { return health_; }

 private:
  std::int64_t length_;
  bool fails_at_the_end_;
  std::int64_t at_ = 0;
  market::FeedHealth health_;
};

class FeedThreadTest : public testing::Test {
 protected:
  static market::Pacer AtOnce() { return *market::Pacer::Create({.speed = std::nullopt}); }

  Queues queues_;
  Health health_;
};

TEST_F(FeedThreadTest, WaitsForAFullQueueAndLosesNothing) {
  constexpr std::int64_t kTicks = 50'000;  // Three queues full.
  NumberedFeed feed(kTicks, false);
  FeedThread thread(feed, AtOnce(), queues_, health_);
  while (thread.DoWork() > 0) {
  }
  EXPECT_LT(health_.feed_events.load(), static_cast<std::uint64_t>(kTicks));

  std::int64_t expected = 0;
  const auto take_all = [&] {
    for (const model::MarketEvent& event : TakeAll(queues_.market)) {
      EXPECT_EQ(std::get<model::Tick>(event).price, base::Decimal::FromInt(++expected));
      EXPECT_GT(std::get<model::Tick>(event).received_at, base::UnixNanos{});
    }
  };
  ASSERT_TRUE(Until([&] {
    take_all();
    thread.DoWork();
    return expected == kTicks;
  }));
  EXPECT_EQ(health_.feed_events.load(), static_cast<std::uint64_t>(kTicks));
  EXPECT_GT(health_.venue_ticks_dropped.load(), 0U) << "nobody took the venue's ticks";
}

TEST_F(FeedThreadTest, TellsTheEndOfTheDataOnce) {
  NumberedFeed feed(3, false);
  FeedThread thread(feed, AtOnce(), queues_, health_);
  for (int cycle = 0; cycle < 5; ++cycle) {
    thread.DoWork();
  }

  EXPECT_EQ(TakeAll(queues_.market).size(), 3U);
  const auto links = TakeAll(queues_.feed_links);
  ASSERT_EQ(links.size(), 1U);
  EXPECT_FALSE(links[0].is_up);
  EXPECT_EQ(links[0].reason, model::Reason("end of the recording"));
}

TEST_F(FeedThreadTest, TellsAnErrorOfTheSourceAsALostFeed) {
  NumberedFeed feed(1, true);
  FeedThread thread(feed, AtOnce(), queues_, health_);
  for (int cycle = 0; cycle < 5; ++cycle) {
    thread.DoWork();
  }

  const auto links = TakeAll(queues_.feed_links);
  ASSERT_EQ(links.size(), 1U);
  EXPECT_EQ(links[0].reason, model::Reason("the source is gone"));
}

TEST_F(FeedThreadTest, HoldsAnEventBackUntilItsTime) {
  NumberedFeed feed(2, false);
  FeedThread thread(feed, *market::Pacer::Create({.speed = 1.0}), queues_, health_);
  for (int cycle = 0; cycle < 5; ++cycle) {
    thread.DoWork();  // The second event is due a second after the first.
  }
  EXPECT_EQ(TakeAll(queues_.market).size(), 1U);
}

}  // namespace
}  // namespace bulwark::trader

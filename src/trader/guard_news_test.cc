// Goal: signs of life, resets and VIX readings reach the engine once each, from ledger and Redis,
//       and a heartbeat in Redis outlives an emptied Redis.
// Method: a real ledger and a real redis-server; the clock is the test's.

#include "trader/guard_news.h"

#include <chrono>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/new_york.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "ledger/ledger.h"
#include "ledger/ledger_testing.h"
#include "model/action.h"
#include "model/breaker.h"
#include "model/event.h"
#include "redis/connection.h"
#include "redis/test_server.h"
#include "trader/queues.h"
#include "trader/trader_testing.h"

namespace bulwark::trader {
namespace {

using model::Breaker;
using model::BreakerEvent;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing_support::TakeAll;

class HandClock final : public base::Clock {
 public:
  [[nodiscard]] base::Nanos MonotonicNow() const override { return wall.time_since_epoch(); }
  [[nodiscard]] base::UnixNanos WallNow() const override { return wall; }
  void Pause(base::Nanos span) const override { wall += span; }

  mutable base::UnixNanos wall{seconds{1'700'000'000}};
};

class GuardNewsTest : public testing::Test {
 protected:
  GuardNewsTest() {
    EXPECT_TRUE(ledger_->EnsureAccount({.at = clock_.wall - hours{1}}).has_value());
  }

  template <class T>
  std::vector<T> Look() {
    clock_.wall += seconds{1};
    news_.DoWork(connection_.get());
    std::vector<T> found;
    for (const model::Event& event : TakeAll(queues_.guard_news)) {
      if (const auto* one = std::get_if<T>(&event)) {
        found.push_back(*one);
      }
    }
    return found;
  }
  void Set(const char* key, base::UnixNanos at) {
    const std::string text = base::FormatIso(at, base::IsoSuffix::kOffset);
    ASSERT_TRUE(connection_->Call({"SET", key, text}).has_value());
  }

  redis::TestServer server_;
  std::unique_ptr<redis::Connection> connection_ = server_.Connect();
  ledger::testing_support::LedgerFolder folder_;
  std::unique_ptr<ledger::Ledger> ledger_ = folder_.Open();
  Queues queues_;
  HandClock clock_;
  GuardNews news_{*ledger_, queues_, clock_};
};

TEST_F(GuardNewsTest, TellsASignOfLifeOnceWhereverItStands) {
  EXPECT_EQ(Look<model::OperatorSeen>().size(), 1U);  // The opening of the account.
  EXPECT_EQ(Look<model::OperatorSeen>().size(), 0U);
  ASSERT_TRUE(ledger_->NoteBreaker({.actor = "human", .at = clock_.wall}));
  EXPECT_EQ(Look<model::OperatorSeen>().size(), 1U);
  Set("circuit_breaker:heartbeat", clock_.wall);
  EXPECT_EQ(Look<model::OperatorSeen>().size(), 1U);
  Set("risk:circuit_breaker:heartbeat", clock_.wall);
  const auto seen = Look<model::OperatorSeen>();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].seen_at, clock_.wall - seconds{1});
}

TEST_F(GuardNewsTest, WritesAHeartbeatOfRedisIntoTheLedger) {
  Set("risk:circuit_breaker:heartbeat", clock_.wall);
  EXPECT_EQ(Look<model::OperatorSeen>().size(), 1U);
  ASSERT_TRUE(connection_->Call({"FLUSHALL"}).has_value());
  Look<model::OperatorSeen>();
  EXPECT_EQ(ledger_->ReadBreakers()->operator_seen_at, clock_.wall - seconds{2});
}

TEST_F(GuardNewsTest, TellsWhetherTheMarketIsOpenAtTheStartAndAtEachTurn) {
  const calendar::ExchangeCalendar exchange;
  GuardNews news(*ledger_, queues_, clock_, &exchange);
  const auto told_at = [&](int hour, int minute) {
    const std::chrono::local_days monday{std::chrono::year{2026} / 11 / 23};
    clock_.wall = base::FromNewYork(monday + std::chrono::hours{hour} + minutes{minute}).at;
    news.DoWork(connection_.get());
    std::vector<bool> told;
    for (const model::Event& event : TakeAll(queues_.guard_news)) {
      if (const auto* session = std::get_if<model::MarketSession>(&event)) {
        EXPECT_EQ(session->at, clock_.wall);
        told.push_back(session->is_open);
      }
    }
    return told;
  };
  EXPECT_THAT(told_at(9, 0), testing::ElementsAre(false));
  EXPECT_THAT(told_at(9, 29), testing::IsEmpty());
  EXPECT_THAT(told_at(9, 30), testing::ElementsAre(true));
  EXPECT_THAT(told_at(15, 59), testing::IsEmpty());
  EXPECT_THAT(told_at(16, 0), testing::ElementsAre(false));
}

TEST_F(GuardNewsTest, SaysNothingOfAMarketThatNeverCloses) {
  EXPECT_EQ(Look<model::MarketSession>().size(), 0U);
}

TEST_F(GuardNewsTest, IgnoresNonsenseAndTheFuture) {
  Look<model::OperatorSeen>();
  Set("risk:circuit_breaker:heartbeat", clock_.wall + minutes{6});
  EXPECT_EQ(Look<model::OperatorSeen>().size(), 0U);
  ASSERT_TRUE(connection_->Call({"SET", "risk:circuit_breaker:heartbeat", "soon"}).has_value());
  ASSERT_TRUE(connection_->Call({"LPUSH", "risk:input:vix", "18"}).has_value());
  EXPECT_EQ(Look<model::OperatorSeen>().size(), 0U);
  EXPECT_EQ(Look<model::VixRead>().size(), 0U);
}

TEST_F(GuardNewsTest, HandsOnAResetUntilItIsAnswered) {
  const auto epoch = ledger_->BeginRun({}, ledger::testing_support::Pairs());
  ASSERT_TRUE(epoch.has_value());
  const model::BreakerChanged tripped{.which = Breaker::kDrawdown, .at = clock_.wall};
  ASSERT_TRUE(ledger_->Commit(*epoch, std::vector<model::Action>{tripped}));
  EXPECT_EQ(Look<model::BreakerReset>().size(), 0U);
  ASSERT_TRUE(ledger_->NoteBreaker({.which = Breaker::kDrawdown,
                                    .event = BreakerEvent::kReset,
                                    .actor = "human",
                                    .at = clock_.wall}));
  const auto resets = Look<model::BreakerReset>();
  ASSERT_EQ(resets.size(), 1U);
  EXPECT_EQ(resets[0].which, Breaker::kDrawdown);
  EXPECT_EQ(Look<model::BreakerReset>().size(), 0U);
}

TEST_F(GuardNewsTest, TellsEachVixReadingOnceAndWorksWithoutRedis) {
  const std::string at = base::FormatIso(clock_.wall, base::IsoSuffix::kOffset);
  const std::string text = R"({"level": 36.5, "at": ")" + at + R"("})";
  ASSERT_TRUE(connection_->Call({"SET", "risk:input:vix", text}).has_value());
  const auto readings = Look<model::VixRead>();
  ASSERT_EQ(readings.size(), 1U);
  EXPECT_EQ(readings[0].level, *base::Decimal::Parse("36.5"));
  EXPECT_EQ(Look<model::VixRead>().size(), 0U);
  connection_.reset();
  ASSERT_TRUE(ledger_->NoteBreaker({.actor = "human", .at = clock_.wall}));
  EXPECT_EQ(Look<model::OperatorSeen>().size(), 1U);
}

}  // namespace
}  // namespace bulwark::trader

// Goal: an entry leaves only when Redis shows it, and a Redis that comes back is shown everything.
// Method: a real redis-server that is frozen with SIGSTOP, emptied and woken.

#include "trader/publisher_thread.h"

#include <csignal>
#include <memory>
#include <string>
#include <variant>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time.h"
#include "base/triple_buffer.h"
#include "ledger/ledger_testing.h"
#include "model/action.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/telemetry.h"
#include "redis/connection.h"
#include "redis/test_server.h"
#include "stateplane/publisher.h"
#include "trader/exit_gate.h"
#include "trader/health.h"
#include "trader/latency_board.h"
#include "trader/queues.h"
#include "trader/trader_testing.h"

namespace bulwark::trader {
namespace {

using testing_support::D;
using testing_support::Entry;
using testing_support::TakeAll;
using testing_support::Until;

class PublisherThreadTest : public testing::Test {
 protected:
  // The order's document in Redis, or "(none)".
  std::string Shown(const model::Order& order) {
    const auto reply = connection_->Call({"GET", "oms:order:" + order.id.ToString()});
    return reply && reply->AsText() ? std::string(*reply->AsText()) : "(none)";
  }
  void Decide(const model::Order& order) {
    ASSERT_TRUE(queues_.published.TryPush(model::OrderChanged{order}));
    ASSERT_TRUE(queues_.published.TryPush(model::SendOrder{order}));
  }
  void Freeze() { ASSERT_EQ(::kill(*server_.server().pid(), SIGSTOP), 0); }
  void Wake() { ASSERT_EQ(::kill(*server_.server().pid(), SIGCONT), 0); }
  static stateplane::OpeningPicture Opening() {
    stateplane::OpeningPicture picture;
    picture.portfolio.cash = D("1000");
    return picture;
  }

  redis::TestServer server_;
  std::unique_ptr<redis::Connection> connection_ = server_.Connect();
  model::InstrumentTable table_ = ledger::testing_support::Pairs();
  Queues queues_;
  Health health_;
  LatencyBoard latencies_;
  ExitGate gate_{false};
  base::TripleBuffer<model::Telemetry> telemetry_{model::Telemetry(2)};
  PublisherThread thread_{
      server_.url(),
      {},
      stateplane::Publisher(table_, {.epoch = 3, .opening_cash = D("1000")}, Opening()),
      {.queues = queues_,
       .health = health_,
       .latencies = latencies_,
       .telemetry = telemetry_,
       .exit_gate = gate_,
       .instruments = table_}};
};

TEST_F(PublisherThreadTest, ReleasesAnEntryOnceRedisShowsIt) {
  Decide(Entry(1));

  thread_.DoWork();

  EXPECT_NE(Shown(Entry(1)), "(none)");
  const auto released = TakeAll(queues_.from_publisher);
  ASSERT_EQ(released.size(), 1U);
  EXPECT_EQ(std::get<model::SendOrder>(released[0]).order.id, Entry(1).id);
  EXPECT_TRUE(health_.is_redis_writable.load());
}

TEST_F(PublisherThreadTest, ShowsTheAlertsOfTheWatcher) {
  ASSERT_TRUE(queues_.switch_alerts.TryPush({.level = model::AlertLevel::kCritical,
                                             .event = model::AlertName("SWITCH_KEY_WRONG"),
                                             .at = base::WallNow()}));

  thread_.DoWork();

  const auto last = connection_->Call({"GET", "ALERTS:LAST"});
  ASSERT_TRUE(last && last->AsText());
  EXPECT_NE(last->AsText()->find(R"("event": "SWITCH_KEY_WRONG")"), std::string_view::npos);
}

TEST_F(PublisherThreadTest, ShowsTheBooksOfAChangeWithItsOrderThoughATransactionIsFull) {
  // All that one transaction takes but one; then a fill's change, which the limit would cut.
  for (int signal = 0; signal < 511; ++signal) {
    ASSERT_TRUE(queues_.published.TryPush(model::SignalGenerated{}));
  }
  ASSERT_TRUE(queues_.published.TryPush(model::OrderChanged{Entry(1)}));
  ASSERT_TRUE(queues_.published.TryPush(model::FillBooked{.fill = {.order_id = Entry(1).id}}));
  ASSERT_TRUE(queues_.published.TryPush(model::PortfolioChanged{.cash = D("990")}));
  ASSERT_TRUE(queues_.published.TryPush(model::OrderChanged{Entry(2)}));

  thread_.DoWork();

  EXPECT_NE(Shown(Entry(1)), "(none)");
  EXPECT_THAT(*connection_->Call({"GET", "oms:portfolio"})->AsText(),
              testing::StartsWith(R"({"cash":990.0)"));
  EXPECT_EQ(Shown(Entry(2)), "(none)") << "that is another change";
}

TEST_F(PublisherThreadTest, RefusesEntriesWhileRedisIsFrozenAndShowsAllWhenItIsBack) {
  thread_.DoWork();
  Freeze();
  Decide(Entry(1));
  const base::Nanos asked = base::MonotonicNow();

  thread_.DoWork();

  EXPECT_LT(base::MonotonicNow() - asked, std::chrono::seconds{5});
  const auto released = TakeAll(queues_.from_publisher);
  ASSERT_EQ(released.size(), 1U);
  EXPECT_EQ(std::get<RefuseOrder>(released[0]).order_id, Entry(1).id);
  EXPECT_FALSE(health_.is_redis_writable.load());

  Wake();
  ASSERT_TRUE(Until([&] {
    thread_.DoWork();
    return health_.is_redis_writable.load();
  }));
  EXPECT_NE(Shown(Entry(1)), "(none)");
  EXPECT_TRUE(TakeAll(queues_.from_publisher).empty()) << "what was refused never leaves";
}

TEST_F(PublisherThreadTest, WritesEverythingAnewToAServerThatLostIt) {
  Decide(Entry(1));
  thread_.DoWork();
  Freeze();
  Decide(Entry(2));
  thread_.DoWork();
  Wake();
  ASSERT_TRUE(connection_->Call({"PING"}) || (connection_ = server_.Connect()));
  ASSERT_TRUE(connection_->Call({"FLUSHALL"}).has_value());

  ASSERT_TRUE(Until([&] {
    thread_.DoWork();
    return Shown(Entry(1)) != "(none)";
  }));

  EXPECT_NE(Shown(Entry(2)), "(none)");
  for (const char* key : {"oms:portfolio", "oms:epoch", "SYSTEM:STATE", "VIEW:POSITIONS",
                          "MARKET:ACTIVE_SYMBOLS", "oms:orders:open"}) {
    EXPECT_EQ(connection_->Call({"EXISTS", key})->AsInteger(), 1) << key;
  }
}

// Found by bulwark-sim: evictions take single keys, and a quiet account writes none of them again.
TEST_F(PublisherThreadTest, WritesAgainWhatWasEvictedAlone) {
  ASSERT_TRUE(Until([&] {
    thread_.DoWork();
    return connection_->Call({"EXISTS", "oms:portfolio"})->AsInteger() == 1;
  }));
  ASSERT_TRUE(connection_->Call({"DEL", "oms:portfolio"}).has_value());

  EXPECT_TRUE(Until([&] {
    thread_.DoWork();
    return connection_->Call({"EXISTS", "oms:portfolio"})->AsInteger() == 1;
  }));
}

// Found by bulwark-sim: a run that hung in a write finished it after the next one had shown its own
// books.
TEST_F(PublisherThreadTest, WritesAgainWhatAnOlderRunWroteOverIt) {
  const auto shown = [&](const char* key) {
    const auto reply = connection_->Call({"GET", key});
    return reply && reply->AsText() ? std::string(*reply->AsText()) : "(none)";
  };
  thread_.DoWork();
  for (const char* key : {"oms:portfolio", "oms:epoch"}) {
    const std::string ours = shown(key);
    ASSERT_NE(ours, "(none)");
    ASSERT_TRUE(connection_->Call({"SET", key, "1"}).has_value());

    EXPECT_TRUE(Until([&] {
      thread_.DoWork();
      return shown(key) == ours;
    })) << key;
  }
}

TEST_F(PublisherThreadTest, WritesNothingOnceANewerRunHoldsTheAccount) {
  thread_.DoWork();
  ASSERT_TRUE(connection_->Call({"DEL", "oms:portfolio"}).has_value());
  gate_.FenceOff();
  Decide(Entry(1));

  thread_.DoWork();

  EXPECT_EQ(Shown(Entry(1)), "(none)");
  EXPECT_EQ(connection_->Call({"EXISTS", "oms:portfolio"})->AsInteger(), 0);
  EXPECT_TRUE(std::holds_alternative<RefuseOrder>(TakeAll(queues_.from_publisher).at(0)));
}

TEST_F(PublisherThreadTest, GoesOnAfterAForeignTypeAtTheSetOfOpenOrders) {
  thread_.DoWork();
  ASSERT_TRUE(connection_->Call({"DEL", "oms:orders:open"}).has_value());
  ASSERT_TRUE(connection_->Call({"HSET", "oms:orders:open", "field", "value"}).has_value());
  Decide(Entry(1));

  thread_.DoWork();
  EXPECT_TRUE(std::holds_alternative<RefuseOrder>(TakeAll(queues_.from_publisher).at(0)));

  ASSERT_TRUE(Until([&] {
    thread_.DoWork();
    return health_.is_redis_writable.load();
  }));
  EXPECT_EQ(connection_->Call({"SCARD", "oms:orders:open"})->AsInteger(), 1);
}

TEST_F(PublisherThreadTest, BeatsOnlyWhileTheEngineTurns) {
  thread_.DoWork();
  EXPECT_EQ(connection_->Call({"EXISTS", "SYSTEM:HEARTBEAT"})->AsInteger(), 0);

  health_.engine_cycles.fetch_add(1);
  thread_.DoWork();
  EXPECT_EQ(connection_->Call({"EXISTS", "SYSTEM:HEARTBEAT"})->AsInteger(), 1);
}

}  // namespace
}  // namespace bulwark::trader

// Goal: Redis shows every order as it last was, an order is open there exactly while it is, and
//       what a server lost is written again.
// Method: a real redis-server that is emptied and filled with strangers; orders made by hand.

#include "stateplane/order_mirror.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/time.h"
#include "base/uuid.h"
#include "contract/order_document.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/order.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"
#include "redis/test_server.h"

namespace bulwark::stateplane {
namespace {

using model::OrderStatus;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

model::InstrumentTable Pairs() {
  model::InstrumentTable table;
  for (const char* symbol : {"BTC/USDT", "ETH/USDT"}) {
    ENSURE(table.Add(*model::DefaultInstrument(symbol)).has_value());
  }
  return table;
}

model::Order Make(std::uint64_t number, OrderStatus status = OrderStatus::kSubmitted) {
  model::Order order;
  order.id = base::Uuid::Derive(1, 1, number);
  order.instrument = {1};
  order.status = status;
  order.quantity = *base::Decimal::Parse("2");
  order.created_at = base::UnixNanos{std::chrono::seconds{1'700'000'000}};
  order.updated_at = order.created_at;
  return order;
}

class OrderMirrorTest : public testing::Test {
 protected:
  void Store(bool is_confirmed = true) {
    redis::Pipeline pipeline;
    mirror_.Compose(pipeline);
    ASSERT_TRUE(connection_->Execute(pipeline));
    if (is_confirmed) {
      mirror_.Confirm();
    }
  }
  contract::OrderDocument Shown(const model::Order& order) {
    const auto reply = connection_->Call({"GET", "oms:order:" + order.id.ToString()});
    const auto document = contract::DecodeOrder(reply ? reply->AsText().value_or("") : "");
    return document ? *document : contract::OrderDocument();
  }
  std::vector<std::string> Open() {
    std::vector<std::string> ids;
    const auto reply = connection_->Call({"SMEMBERS", "oms:orders:open"});
    for (const redis::Reply& element : reply->elements) {
      ids.push_back(element.text);
    }
    return ids;
  }
  // The keys that the next composition writes.
  std::size_t Composed() {
    redis::Pipeline pipeline;
    mirror_.Compose(pipeline);
    return pipeline.size();
  }

  redis::TestServer server_;
  std::unique_ptr<redis::Connection> connection_ = server_.Connect();
  model::InstrumentTable table_ = Pairs();
  OrderMirror mirror_{table_};
};

TEST_F(OrderMirrorTest, ShowsAnOrderAndKeepsItInTheOpenSetUntilItEnds) {
  mirror_.Put(Make(1));
  mirror_.Put(Make(2));
  Store();
  EXPECT_EQ(Shown(Make(1)).symbol, "ETH/USDT");
  EXPECT_EQ(Shown(Make(1)).order.status, OrderStatus::kSubmitted);
  EXPECT_THAT(Open(), UnorderedElementsAre(Make(1).id.ToString(), Make(2).id.ToString()));

  mirror_.Put(Make(1, OrderStatus::kCancelled));
  Store();

  EXPECT_EQ(Shown(Make(1)).order.status, OrderStatus::kCancelled);
  EXPECT_THAT(Open(), ElementsAre(Make(2).id.ToString()));
}

TEST_F(OrderMirrorTest, WritesOnlyWhatChangedSinceItWasStored) {
  mirror_.Put(Make(1));
  Store();
  EXPECT_FALSE(mirror_.is_dirty());
  EXPECT_EQ(Composed(), 0U);

  mirror_.Put(Make(2));
  mirror_.Put(Make(2, OrderStatus::kFilled));

  EXPECT_TRUE(mirror_.is_dirty());
  EXPECT_EQ(Composed(), 2U) << "one document and one change of the open set";
}

TEST_F(OrderMirrorTest, WritesAgainWhatWasNotConfirmed) {
  mirror_.Put(Make(1));
  Store(/*is_confirmed=*/false);
  ASSERT_TRUE(connection_->Call({"FLUSHALL"}));

  Store();

  EXPECT_EQ(Shown(Make(1)).order.id, Make(1).id);
  EXPECT_THAT(Open(), ElementsAre(Make(1).id.ToString()));
}

TEST_F(OrderMirrorTest, NamesTheTradesOfAnOrderAlsoWhenItChangesLater) {
  mirror_.AddTrade(Make(1).id, model::TradeId("foreign"));
  mirror_.Put(Make(1));
  mirror_.AddTrade(Make(1).id, model::TradeId("t1"));
  mirror_.AddTrade(Make(1).id, model::TradeId("t2"));
  mirror_.Put(Make(1, OrderStatus::kFilled));
  Store();

  EXPECT_THAT(Shown(Make(1)).applied_fill_ids, ElementsAre("t1", "t2"));
}

TEST_F(OrderMirrorTest, RewritesAllThatAServerLostAndDropsStrangersFromTheOpenSet) {
  mirror_.Put(Make(1));
  mirror_.Put(Make(2, OrderStatus::kFilled));
  Store();
  ASSERT_TRUE(connection_->Call({"FLUSHALL"}));
  ASSERT_TRUE(connection_->Call({"SADD", "oms:orders:open", "stranger", Make(2).id.ToString()}));

  mirror_.MarkAllDirty();
  Store();

  EXPECT_EQ(Shown(Make(1)).order.status, OrderStatus::kSubmitted);
  EXPECT_EQ(Shown(Make(2)).order.status, OrderStatus::kFilled);
  EXPECT_THAT(Open(), ElementsAre(Make(1).id.ToString()));
}

TEST_F(OrderMirrorTest, ForgetsTheOldestEndedOrderButNoneThatIsOpenOrUntold) {
  mirror_.Put(Make(0));
  for (std::uint64_t number = 1; number <= OrderMirror::kKeptMax; ++number) {
    mirror_.Put(Make(number, OrderStatus::kFilled));
  }
  mirror_.Put(Make(9'001, OrderStatus::kFilled));
  EXPECT_NE(mirror_.Find(Make(1).id), nullptr) << "Redis was not told yet";
  mirror_.Confirm();

  mirror_.Put(Make(9'002, OrderStatus::kFilled));

  EXPECT_EQ(mirror_.Find(Make(1).id), nullptr);
  EXPECT_NE(mirror_.Find(Make(2).id), nullptr);
  EXPECT_NE(mirror_.Find(Make(0).id), nullptr) << "it is open";
}

TEST_F(OrderMirrorTest, KnowsNothingOfAnOrderThatNobodyMade) {
  mirror_.AddTrade(Make(1).id, model::TradeId("t1"));

  EXPECT_EQ(mirror_.Find(Make(1).id), nullptr);
  EXPECT_FALSE(mirror_.is_dirty());
  Store();
  EXPECT_THAT(Open(), IsEmpty());
}

}  // namespace
}  // namespace bulwark::stateplane

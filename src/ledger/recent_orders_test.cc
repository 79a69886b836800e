// Goal: the orders that changed last come back with all their trades, the latest change last.
// Method: by hand; the limit counts changes, not orders.

#include "ledger/recent_orders.h"

#include <cstdint>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/ledger.h"
#include "ledger/ledger_backends.h"
#include "ledger/ledger_testing.h"
#include "model/action.h"
#include "model/market_data.h"
#include "model/order.h"

namespace bulwark::ledger {
namespace {

using testing_support::D;
using testing_support::MakeFill;
using testing_support::MakeOrder;
using testing_support::Pairs;

using RecentOrdersTest = testing_support::BothBackendsTest;

TEST_P(RecentOrdersTest, AnswersTheLastChangesWithTheirTrades) {
  const auto ledger = home_.Open();
  ASSERT_TRUE(ledger->EnsureAccount({.opening_cash = D("1000")}));
  const std::uint64_t epoch = *ledger->BeginRun({}, Pairs());
  const model::Order first = MakeOrder(1, model::Side::kBuy, "2");
  const model::Order second = MakeOrder(2, model::Side::kBuy, "2");
  const model::Order third = MakeOrder(3, model::Side::kBuy, "2");
  const std::vector<model::Action> actions{
      model::OrderChanged{first},
      model::OrderChanged{second},
      model::OrderChanged{third},
      model::FillBooked{MakeFill(second, "t-1", "1", "10"), D("-0.1")},
      model::FillBooked{MakeFill(second, "t-2", "1", "10"), D("-0.1")},
      model::OrderChanged{second}};
  ASSERT_TRUE(ledger->Commit(epoch, actions));

  const auto recent = ledger->RecentOrders(Pairs(), 2);

  ASSERT_TRUE(recent.has_value()) << recent.error().message;
  ASSERT_EQ(recent->size(), 2U);
  EXPECT_EQ((*recent)[0].order.id, third.id);
  EXPECT_EQ((*recent)[1].order.id, second.id);
  EXPECT_THAT((*recent)[1].trades,
              testing::ElementsAre(model::TradeId("t-1"), model::TradeId("t-2")));
}

INSTANTIATE_TEST_SUITE_P(Both, RecentOrdersTest, testing_support::BothBackends(),
                         testing_support::BackendName);

}  // namespace
}  // namespace bulwark::ledger

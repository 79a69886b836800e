// Goal: legs protect exactly what their entry filled, one of two closes it, a replaced order leaves
//       exactly one successor; and all of it is found again after a restart.
// Method: brackets and replacements by hand; the restart is an OMS made from the open orders.

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "model/action.h"
#include "model/action_buffer.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "oms/oms.h"
#include "oms/oms_testing.h"

namespace bulwark::oms {
namespace {

using model::OrderState;
using testing_support::Approve;
using testing_support::Buy;
using testing_support::D;
using testing_support::Id;
using testing_support::kNow;
using testing_support::MakeFill;

class OmsLegsTest : public testing::Test {
 protected:
  OmsLegsTest() : oms_(OpeningBooks{.portfolio = {.cash = D("1000")}}) {
    model::NewOrder entry = Buy(D("2"));
    entry.protective_stop = D("90");
    entry.profit_target = D("120");
    oms_.Submit(Approve(entry, oms_.portfolio()),
                BracketIds{.entry = Id(1), .stop = Id(2), .target = Id(3)}, D("210"), kNow, out_);
  }

  void Fill(std::uint64_t order, std::string_view trade, model::Side side, const char* quantity) {
    oms_.On(model::OrderFilled{.fill = MakeFill(order, trade, side, D("100"), D(quantity))}, kNow,
            out_);
  }
  void Launch(std::uint64_t order, const char* quantity) {
    model::NewOrder wish = testing_support::Sell(D(quantity));
    wish.origin = model::Origin::kProtective;
    oms_.Trigger(Id(order), kNow, out_);
    oms_.Launch(Id(order), Approve(wish, oms_.portfolio()), D("0"), kNow, out_);
  }
  [[nodiscard]] std::optional<model::Order> Find(std::uint64_t id) const {
    for (const model::Order& order : oms_.open_orders()) {
      if (order.id == Id(id) && !model::IsTerminal(order.status)) {
        return order;
      }
    }
    return std::nullopt;
  }
  [[nodiscard]] OrderState LastStateOf(std::uint64_t id) const {
    OrderState state = OrderState::kPending;
    for (const model::Action& action : out_) {
      const auto* changed = std::get_if<model::OrderChanged>(&action);
      state = changed != nullptr && changed->order.id == Id(id) ? StateOf(changed->order) : state;
    }
    return state;
  }

  Oms oms_;
  model::ActionBuffer out_;
};

TEST_F(OmsLegsTest, ArmsBothLegsWithWhatTheEntryFills) {
  EXPECT_EQ(StateOf(*Find(2)), OrderState::kWaiting);
  EXPECT_EQ(Find(2)->armed_quantity, D("0"));
  Fill(1, "T1", model::Side::kBuy, "0.5");

  EXPECT_EQ(Find(2)->armed_quantity, D("0.5"));
  EXPECT_EQ(Find(3)->armed_quantity, D("0.5"));
  // Waiting legs tie nothing up.
  EXPECT_EQ(oms_.portfolio().positions[0].quantity, D("0.5"));
}

TEST_F(OmsLegsTest, FitsTheLegsToAnEntryThatEndsEarly) {
  Fill(1, "T1", model::Side::kBuy, "0.5");
  oms_.On(model::OrderEnded{.order_id = Id(1), .cumulative_filled = D("0.5")}, kNow, out_);

  EXPECT_EQ(Find(2)->quantity, D("0.5"));
  EXPECT_EQ(Find(3)->quantity, D("0.5"));
}

TEST_F(OmsLegsTest, EndsTheLegsOfAnEntryThatNeverFilled) {
  oms_.On(model::OrderEnded{.order_id = Id(1)}, kNow, out_);

  EXPECT_TRUE(oms_.open_orders().empty());
  EXPECT_EQ(LastStateOf(2), OrderState::kCancelled);
  EXPECT_FALSE(oms_.has_waiting());
}

TEST_F(OmsLegsTest, CancelsTheOtherLegWhenOneClosedThePosition) {
  Fill(1, "T1", model::Side::kBuy, "2");
  Launch(2, "2");
  EXPECT_EQ(oms_.portfolio().positions[0].blocked_quantity, D("2"));
  Fill(2, "T2", model::Side::kSell, "0.5");
  EXPECT_EQ(Find(3)->armed_quantity, D("1.5"));
  Fill(2, "T3", model::Side::kSell, "1.5");

  EXPECT_TRUE(oms_.open_orders().empty());
  EXPECT_EQ(LastStateOf(3), OrderState::kCancelled);
}

TEST_F(OmsLegsTest, KeepsProtectingWhatALateFillOfTheEntryBrings) {
  Fill(1, "T1", model::Side::kBuy, "1");
  Launch(2, "1");
  Fill(1, "T2", model::Side::kBuy, "1");
  Fill(2, "T3", model::Side::kSell, "1");

  EXPECT_EQ(Find(3)->armed_quantity, D("1"));
}

TEST_F(OmsLegsTest, EndsTheLegsWhenThePositionWasClosedByOthers) {
  Fill(1, "T1", model::Side::kBuy, "2");
  oms_.Submit(Approve(testing_support::Sell(D("2")), oms_.portfolio()), Id(4), D("0"), kNow, out_);
  Fill(4, "T2", model::Side::kSell, "2");
  oms_.Sweep();

  EXPECT_TRUE(oms_.open_orders().empty());
}

TEST_F(OmsLegsTest, GivesALostStopBackToBeHeldAgain) {
  Fill(1, "T1", model::Side::kBuy, "2");
  Launch(2, "2");
  oms_.On(model::OrderEnded{.order_id = Id(2), .end = model::OrderEnd::kRejected}, kNow, out_);
  const auto lost = oms_.TakeLostLeg();
  ASSERT_TRUE(lost.has_value());
  oms_.HoldAgain(*lost, Id(5), kNow, out_);

  EXPECT_EQ(Find(5)->armed_quantity, D("2"));
  EXPECT_TRUE(Find(5)->is_triggered);
  EXPECT_EQ(Find(5)->stop_price, D("90"));
  EXPECT_FALSE(oms_.TakeLostLeg());
}

TEST_F(OmsLegsTest, FindsABracketAgainAfterARestart) {
  Fill(1, "T1", model::Side::kBuy, "1");
  Oms again(OpeningBooks{.portfolio = oms_.portfolio(), .open_orders = oms_.open_orders()});
  EXPECT_TRUE(again.has_waiting());
  again.On(model::OrderFilled{.fill = MakeFill(1, "T2", model::Side::kBuy, D("100"), D("1"))}, kNow,
           out_);

  for (const model::Order& order : again.open_orders()) {
    EXPECT_EQ(order.armed_quantity, D("2"));
  }
  EXPECT_EQ(again.open_orders().size(), 2U);
}

TEST_F(OmsLegsTest, SendsTheRestAsASuccessorOnceTheCancelIsCertain) {
  Fill(1, "T1", model::Side::kBuy, "0.5");
  oms_.Replace({.order_id = Id(1), .quantity = D("3")}, Id(7), kNow, out_);
  EXPECT_EQ(StateOf(*Find(1)), OrderState::kPendingCancel);
  EXPECT_EQ(Find(7)->armed_quantity, D("0"));
  oms_.On(model::OrderEnded{.order_id = Id(1), .cumulative_filled = D("0.5")}, kNow, out_);

  EXPECT_EQ(LastStateOf(1), OrderState::kReplaced);
  EXPECT_EQ(Find(7)->armed_quantity, D("2.5"));
  EXPECT_EQ(Find(7)->replaces, Id(1));
  EXPECT_TRUE(Find(7)->is_triggered);
  EXPECT_EQ(Find(2)->parent_id, Id(7));
}

TEST_F(OmsLegsTest, DropsTheSuccessorWhenTheOldOrderFillsOrStays) {
  oms_.Replace({.order_id = Id(1), .quantity = D("3")}, Id(7), kNow, out_);
  oms_.On(model::CancelRejected{.order_id = Id(1)}, kNow, out_);
  EXPECT_FALSE(Find(7));
  EXPECT_TRUE(Find(1)->replaced_by.is_nil());

  oms_.Replace({.order_id = Id(1), .quantity = D("3")}, Id(8), kNow, out_);
  Fill(1, "T1", model::Side::kBuy, "2");
  EXPECT_FALSE(Find(8));
  EXPECT_EQ(LastStateOf(1), OrderState::kFilled);
}

}  // namespace
}  // namespace bulwark::oms

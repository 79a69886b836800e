// Goal: an order placed by hand becomes one of ours, with what it ties up, or is refused.
// Method: limit orders of both sides against books that can and cannot pay for them.

#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/adjustment.h"
#include "model/event.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "oms/oms.h"
#include "oms/oms_testing.h"

namespace bulwark::oms {
namespace {

using testing_support::D;
using testing_support::Id;
using testing_support::kNow;
using testing_support::MakeFill;

class OmsAdoptionTest : public testing::Test {
 protected:
  void Adopt(model::Side side, std::string_view quantity, std::string_view price) {
    out_.Clear();
    oms_.On(model::OrderAdopted{.order = {.id = Id(7),
                                          .side = side,
                                          .type = model::OrderType::kLimit,
                                          .origin = model::Origin::kOperator,
                                          .quantity = D(quantity),
                                          .limit_price = D(price),
                                          .external_id = model::VenueOrderId("v7")}},
            kNow, out_);
  }
  template <class What>
  [[nodiscard]] std::vector<What> Said() const {
    std::vector<What> said;
    for (const model::Action& action : out_) {
      if (const auto* what = std::get_if<What>(&action)) {
        said.push_back(*what);
      }
    }
    return said;
  }

  Oms oms_{OpeningBooks{.portfolio = {.cash = D("1000")}}};
  model::ActionBuffer out_;
};

TEST_F(OmsAdoptionTest, ReservesForItAndBooksItsFillsAsOurs) {
  Adopt(model::Side::kBuy, "2", "90");

  ASSERT_EQ(oms_.open_orders().size(), 1U);
  EXPECT_EQ(oms_.open_orders()[0].status, model::OrderStatus::kSubmitted);
  EXPECT_EQ(oms_.open_orders()[0].intent, model::Intent::kOpenLong);
  EXPECT_EQ(oms_.portfolio().cash, D("820"));
  EXPECT_EQ(Said<model::OrderChanged>().size(), 1U);
  EXPECT_TRUE(Said<model::SendOrder>().empty()) << "it works already";

  out_.Clear();
  oms_.On(model::OrderFilled{.fill = MakeFill(7, "t1", model::Side::kBuy, D("90"), D("2"))}, kNow,
          out_);
  EXPECT_TRUE(Said<model::AlertRaised>().empty());
  EXPECT_TRUE(oms_.open_orders().empty());
  EXPECT_EQ(oms_.portfolio().owned_cash(), D("819.99"));
}

TEST_F(OmsAdoptionTest, TakesASaleOfWhatIsHeldAsAClose) {
  oms_.On(model::OrderFilled{.fill = MakeFill(1, "t1", model::Side::kBuy, D("100"), D("2"))}, kNow,
          out_);

  Adopt(model::Side::kSell, "2", "120");

  ASSERT_EQ(oms_.open_orders().size(), 1U);
  EXPECT_EQ(oms_.open_orders()[0].intent, model::Intent::kCloseLong);
  EXPECT_TRUE(oms_.portfolio().positions[0].quantity.is_zero());
  EXPECT_EQ(oms_.portfolio().positions[0].blocked_quantity, D("2"));
}

TEST_F(OmsAdoptionTest, RefusesWhatTheBooksCannotPayFor) {
  for (const auto& [side, quantity] :
       {std::pair{model::Side::kBuy, "12"}, std::pair{model::Side::kSell, "1"}}) {
    Adopt(side, quantity, "90");

    EXPECT_TRUE(oms_.open_orders().empty());
    EXPECT_EQ(oms_.portfolio().cash, D("1000"));
    ASSERT_EQ(Said<model::AlertRaised>().size(), 1U);
    EXPECT_EQ(Said<model::AlertRaised>()[0].event, model::AlertName("ADOPTION_REFUSED"));
  }
}

// A fill that overtook the decision was booked as nobody's; counting it on the order is too late.
TEST_F(OmsAdoptionTest, RefusesWhatAlreadyHasFills) {
  oms_.On(model::OrderFilled{.fill = MakeFill(7, "t1", model::Side::kBuy, D("90"), D("1"))}, kNow,
          out_);
  const base::Decimal cash = oms_.portfolio().cash;

  Adopt(model::Side::kBuy, "2", "90");

  EXPECT_TRUE(oms_.open_orders().empty());
  EXPECT_EQ(oms_.portfolio().cash, cash);
  EXPECT_EQ(Said<model::AlertRaised>().size(), 1U);
}

TEST_F(OmsAdoptionTest, AdoptsAnOrderOnce) {
  Adopt(model::Side::kBuy, "2", "90");
  Adopt(model::Side::kBuy, "2", "90");

  EXPECT_EQ(oms_.open_orders().size(), 1U);
  EXPECT_EQ(oms_.portfolio().cash, D("820"));
  EXPECT_EQ(Said<model::AlertRaised>().size(), 1U);
}

TEST_F(OmsAdoptionTest, BooksWhatAPersonAcceptedOnce) {
  model::AdjustmentAccepted accepted;
  accepted.adjustment.id = decltype(accepted.adjustment.id)("reconcile:1");
  accepted.adjustment.kind = model::AdjustmentKind::kAcceptedCash;
  accepted.adjustment.cash = D("-3");

  oms_.On(accepted, kNow, out_);
  oms_.On(accepted, kNow, out_);

  EXPECT_EQ(oms_.portfolio().cash, D("997"));
  ASSERT_EQ(Said<model::BooksAdjusted>().size(), 1U);
  EXPECT_EQ(Said<model::BooksAdjusted>()[0].adjustment.at, kNow);
}

}  // namespace
}  // namespace bulwark::oms

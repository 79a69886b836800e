// Goal: every way in which books and account can differ is listed, and nothing that is only news on
//       its way.
// Method: equal books first, then one change at a time.

#include "reconcile/differ.h"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "base/uuid.h"
#include "model/order.h"
#include "reconcile/books.h"
#include "reconcile/difference.h"
#include "reconcile/reconcile_testing.h"

namespace bulwark::reconcile {
namespace {

using testing_support::AtVenue;
using testing_support::D;
using testing_support::EqualAccount;
using testing_support::EqualBooks;
using testing_support::kEpoch;
using testing_support::kStart;
using testing_support::OpenOrder;

class DifferTest : public testing::Test {
 protected:
  // The kinds found, in their order.
  std::vector<Kind> Kinds() {
    found_ = Compare(ours_, venue_, kEpoch);
    std::vector<Kind> kinds;
    for (const Difference& difference : found_) {
      kinds.push_back(difference.kind);
    }
    return kinds;
  }
  model::Order& AddOrder(std::uint64_t number) {
    ours_.open_orders.push_back(OpenOrder(number));
    return ours_.open_orders.back();
  }

  OurBooks ours_ = EqualBooks();
  VenueAccount venue_ = EqualAccount();
  std::vector<Difference> found_;
};

TEST_F(DifferTest, FindsNothingInEqualBooks) {
  venue_.working = {AtVenue(AddOrder(1))};

  EXPECT_EQ(Kinds(), std::vector<Kind>{});
}

TEST_F(DifferTest, TellsBalancesWithBothValues) {
  venue_.cash = D("990.5");
  venue_.positions[0].quantity = D("0.75");

  ASSERT_EQ(Kinds(), (std::vector{Kind::kPositionDrift, Kind::kCashDrift}));
  EXPECT_EQ(found_[0].delta(), D("0.25"));
  EXPECT_EQ(found_[0].price, D("60000"));
  EXPECT_EQ(Describe(found_[0]), "position BTC/USDT: ours 0.5, venue 0.75 (+0.25)");
  EXPECT_EQ(Describe(found_[1]), "cash: ours 1000, venue 990.5 (-9.5)");
}

TEST_F(DifferTest, TakesAPositionThatTheVenueDoesNotListForNone) {
  venue_.positions.clear();

  ASSERT_EQ(Kinds(), std::vector{Kind::kPositionDrift});
  EXPECT_EQ(found_[0].delta(), D("-0.5"));
}

TEST_F(DifferTest, TellsAPositionInSomethingThatHasNoRow) {
  venue_.positions.push_back({.venue_symbol = model::Symbol("DOGE"), .quantity = D("3")});

  ASSERT_EQ(Kinds(), std::vector{Kind::kPositionDrift});
  EXPECT_FALSE(found_[0].instrument.has_value());
}

TEST_F(DifferTest, ComparesNoBalancesWhileFillsAreMissing) {
  venue_.cash = D("1");
  venue_.fill_sequence = 9;

  ASSERT_EQ(Kinds(), std::vector{Kind::kMissingFills});
  EXPECT_EQ(found_[0].our_sequence, 7U);
  EXPECT_EQ(found_[0].venue_sequence, 9U);

  venue_.fill_sequence = 3;
  EXPECT_EQ(Kinds(), std::vector{Kind::kLostFills});
}

TEST_F(DifferTest, MissesAnOrderThatDoesNotWorkAtTheVenue) {
  AddOrder(1);

  ASSERT_EQ(Kinds(), std::vector{Kind::kOrderNotWorking});
  EXPECT_TRUE(found_[0].was_acknowledged);
}

TEST_F(DifferTest, LeavesOrdersAloneThatMoveOrAreNotKnownToBeSent) {
  AddOrder(1).updated_at = kStart;
  AddOrder(2).status = model::OrderStatus::kPending;

  EXPECT_EQ(Kinds(), std::vector<Kind>{});
}

TEST_F(DifferTest, AsksForAnOrderOfWhichNobodyKnowsWhetherItLeft) {
  model::Order& order = AddOrder(1);
  order.status = model::OrderStatus::kPending;
  order.is_unresolved = true;

  EXPECT_EQ(Kinds(), std::vector{Kind::kOrderNotWorking});
}

TEST_F(DifferTest, SeesOneIdWithTwoMeanings) {
  venue_.working = {AtVenue(AddOrder(1))};
  venue_.working[0].quantity = D("20");

  ASSERT_EQ(Kinds(), std::vector{Kind::kOtherMeaning});
  EXPECT_EQ(found_[0].venue, D("20"));
}

TEST_F(DifferTest, SeesOneOrderThatWorksTwice) {
  venue_.working = {AtVenue(AddOrder(1)), AtVenue(OpenOrder(1))};

  EXPECT_EQ(Kinds(), std::vector{Kind::kDoubledOrder});
}

TEST_F(DifferTest, SeesAnotherFilledQuantityOnlyWithTheSameFills) {
  venue_.working = {AtVenue(AddOrder(1))};
  venue_.working[0].filled = D("0.1");

  EXPECT_EQ(Kinds(), std::vector{Kind::kQuantityDrift});

  venue_.fill_sequence = 8;
  EXPECT_EQ(Kinds(), std::vector{Kind::kMissingFills});
}

TEST_F(DifferTest, TellsAForeignOrderFromOneOfOursThatIsNotInTheBooks) {
  venue_.working = {AtVenue(OpenOrder(3)), AtVenue(OpenOrder(4))};
  venue_.working[1].id = *base::Uuid::Parse("f47ac10b-58cc-4372-a567-0e02b2c3d479");
  venue_.working[1].limit_price = D("50000");

  ASSERT_EQ(Kinds(), (std::vector{Kind::kUnjournaledOrder, Kind::kForeignOrder}));
  EXPECT_EQ(Describe(found_[1]),
            "foreign order f47ac10b-58cc-4372-a567-0e02b2c3d479: BUY 2 BTC/USDT at 50000, venue "
            "id v4");
}

TEST_F(DifferTest, TakesAnIdOfALaterEpochForForeign) {
  venue_.working = {AtVenue(OpenOrder(3))};
  venue_.working[0].id = base::Uuid::Derive(model::kOrderIds, kEpoch + 1, 3);

  EXPECT_EQ(Kinds(), std::vector{Kind::kForeignOrder});
}

TEST(DifferenceTest, NamesEveryKindBothWays) {
  for (int at = 0; at < kKinds; ++at) {
    const Kind kind = static_cast<Kind>(at);
    EXPECT_EQ(KindFromName(Name(kind)), kind);
    EXPECT_FALSE(Describe({.kind = kind}).empty());
  }
  EXPECT_EQ(KindFromName("FOREIGN"), std::nullopt);
}

}  // namespace
}  // namespace bulwark::reconcile

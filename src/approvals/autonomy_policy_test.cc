// Goal: each mode asks a person for exactly the orders that its row of the table says.
// Method: one order at a time, at the edge of the worth that decides.

#include "approvals/autonomy_policy.h"

#include <cstddef>
#include <optional>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "model/autonomy.h"
#include "model/order.h"

namespace bulwark::approvals {
namespace {

using base::Decimal;
using model::AutonomyMode;

const Decimal kWorthMax = Decimal::FromInt(10'000);

bool Asks(AutonomyMode mode, const model::NewOrder& order, std::optional<Decimal> price) {
  return NeedsPerson(mode, {.order = order, .price = price, .worth_max = kWorthMax});
}

model::NewOrder Entry(std::int64_t quantity) {
  model::NewOrder order;
  order.quantity = Decimal::FromInt(quantity);
  return order;
}

TEST(AutonomyPolicyTest, HasOneRowForEachModeInTheirOrder) {
  for (std::size_t at = 0; at < ModePolicies().size(); ++at) {
    EXPECT_EQ(ModePolicies().at(at).mode, model::kAllAutonomyModes.at(at));
    EXPECT_FALSE(ModePolicies().at(at).meaning.empty());
  }
}

TEST(AutonomyPolicyTest, KeepsPaperAwayFromLiveVenuesAndNoOtherMode) {
  for (const AutonomyMode mode : model::kAllAutonomyModes) {
    EXPECT_EQ(PolicyOf(mode).may_trade_live, mode != AutonomyMode::kPaperOnly) << Name(mode);
  }
}

TEST(AutonomyPolicyTest, AsksForEveryEntryInManualApprovalAndForNoneInPaperAndFull) {
  for (const std::int64_t quantity : {1, 1'000'000}) {
    EXPECT_TRUE(Asks(AutonomyMode::kManualApproval, Entry(quantity), Decimal::FromInt(1)));
    EXPECT_FALSE(Asks(AutonomyMode::kPaperOnly, Entry(quantity), Decimal::FromInt(1)));
    EXPECT_FALSE(Asks(AutonomyMode::kFullAutonomous, Entry(quantity), Decimal::FromInt(1)));
  }
}

TEST(AutonomyPolicyTest, AsksInBoundedAboveTheLimitAndNotAtIt) {
  const auto price = Decimal::FromInt(100);
  EXPECT_FALSE(Asks(AutonomyMode::kBoundedAutonomous, Entry(100), price));
  EXPECT_TRUE(Asks(AutonomyMode::kBoundedAutonomous, Entry(101), price));
  const Decimal more = price + Decimal::FromRaw(1);
  EXPECT_TRUE(Asks(AutonomyMode::kBoundedAutonomous, Entry(100), more));
}

TEST(AutonomyPolicyTest, AsksInBoundedWhenTheWorthIsNotKnown) {
  EXPECT_TRUE(Asks(AutonomyMode::kBoundedAutonomous, Entry(1), std::nullopt));
  model::NewOrder huge;
  huge.quantity = Decimal::Max();
  EXPECT_TRUE(Asks(AutonomyMode::kBoundedAutonomous, huge, Decimal::Max()));
}

TEST(AutonomyPolicyTest, NeverAsksForWhatReducesOrComesFromAPersonOrAStop) {
  model::NewOrder exit = Entry(1'000);
  exit.reduce_only = true;
  EXPECT_FALSE(Asks(AutonomyMode::kManualApproval, exit, Decimal::FromInt(100)));
  for (const model::Origin origin :
       {model::Origin::kProtective, model::Origin::kLiquidation, model::Origin::kOperator}) {
    model::NewOrder order = Entry(1'000);
    order.origin = origin;
    EXPECT_FALSE(Asks(AutonomyMode::kManualApproval, order, Decimal::FromInt(100)));
  }
}

}  // namespace
}  // namespace bulwark::approvals

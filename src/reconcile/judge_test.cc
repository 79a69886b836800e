// Goal: an answer proves exactly what it says, and a lack of one nothing.
// Method: one answer of each kind against an order of ours.

#include "reconcile/judge.h"

#include <variant>

#include <gtest/gtest.h>

#include "model/venue_report.h"
#include "reconcile/difference.h"
#include "reconcile/reconcile_testing.h"

namespace bulwark::reconcile {
namespace {

using testing_support::D;
using testing_support::Found;
using testing_support::NotFound;
using testing_support::NotWorking;

Difference PartlyFilled() {
  Difference ours = NotWorking(1, /*was_acknowledged=*/true);
  ours.ours = D("0.5");
  return ours;
}

TEST(JudgeTest, BelievesNotFoundOnlyWhenItIsDefinitive) {
  EXPECT_TRUE(std::holds_alternative<ProvesNothing>(Judge(NotWorking(1), NotFound(1, false))));

  const Verdict verdict = Judge(NotWorking(1), NotFound(1, true));

  const auto* proof = std::get_if<Proves>(&verdict);
  ASSERT_NE(proof, nullptr);
  EXPECT_TRUE(std::holds_alternative<model::OrderNotSent>(proof->report));
}

TEST(JudgeTest, LeavesItToAPersonWhenTheVenueForgetsAnOrderItHadTaken) {
  EXPECT_TRUE(std::holds_alternative<Contradicts>(Judge(NotWorking(1, true), NotFound(1, true))));
  EXPECT_TRUE(std::holds_alternative<Contradicts>(Judge(PartlyFilled(), NotFound(1, true))));
}

TEST(JudgeTest, EndsAnOrderThatEndedWithTheFillsWeKnow) {
  const Verdict verdict = Judge(PartlyFilled(), Found(1, OrderLife::kExpired, "0.5"));

  const auto* proof = std::get_if<Proves>(&verdict);
  ASSERT_NE(proof, nullptr);
  const auto& ended = std::get<model::OrderEnded>(proof->report);
  EXPECT_EQ(ended.end, model::OrderEnd::kExpired);
  EXPECT_EQ(ended.cumulative_filled, D("0.5"));
}

TEST(JudgeTest, WantsTheFillsFirst) {
  EXPECT_TRUE(
      std::holds_alternative<NeedsFills>(Judge(PartlyFilled(), Found(1, OrderLife::kFilled, "2"))));
  EXPECT_TRUE(std::holds_alternative<NeedsFills>(
      Judge(PartlyFilled(), Found(1, OrderLife::kWorking, "1"))));
}

TEST(JudgeTest, LeavesItToAPersonWhenTheVenueKnowsFewerFills) {
  EXPECT_TRUE(std::holds_alternative<Contradicts>(
      Judge(PartlyFilled(), Found(1, OrderLife::kCancelled, "0.1"))));
}

TEST(JudgeTest, DoesNothingToAnOrderThatWorks) {
  EXPECT_TRUE(std::holds_alternative<IsWorking>(
      Judge(PartlyFilled(), Found(1, OrderLife::kWorking, "0.5"))));
}

TEST(JudgeTest, AddsUpTheVenueOrdersOfOneClientId) {
  OrderAnswer answer = Found(1, OrderLife::kCancelled, "0.2");
  answer.found.push_back({.life = OrderLife::kRejected, .filled = D("0.3")});
  EXPECT_TRUE(std::holds_alternative<Proves>(Judge(PartlyFilled(), answer)));

  answer.found.push_back({.life = OrderLife::kWorking});
  EXPECT_TRUE(std::holds_alternative<IsWorking>(Judge(PartlyFilled(), answer)));

  answer.found.push_back({.life = OrderLife::kWorking});
  EXPECT_TRUE(std::holds_alternative<Contradicts>(Judge(PartlyFilled(), answer)));
}

}  // namespace
}  // namespace bulwark::reconcile

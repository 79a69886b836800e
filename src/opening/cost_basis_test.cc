// Goal: the cost of a position is what its oldest unsold fills cost, on both sides of flat.
// Method: by hand, then random fills against a list of single steps.

#include "opening/cost_basis.h"

#include <cstdint>
#include <deque>
#include <random>
#include <string_view>

#include <gtest/gtest.h>

#include "base/decimal.h"

namespace bulwark::opening {
namespace {

base::Decimal D(std::string_view text) {
  return *base::Decimal::Parse(text);
}

TEST(CostBasisTest, SellsWhatWasBoughtFirst) {
  CostBasis basis;
  basis.Add(D("2"), D("200"));
  basis.Add(D("1"), D("130"));
  basis.Add(D("-1"), D("150"));

  EXPECT_EQ(basis.quantity(), D("2"));
  EXPECT_EQ(basis.cost(), D("230"));
}

TEST(CostBasisTest, OpensTheOtherSideWithWhatGoesBeyondFlat) {
  CostBasis basis;
  basis.Add(D("1"), D("100"));
  basis.Add(D("-3"), D("360"));

  EXPECT_EQ(basis.quantity(), D("-2"));
  EXPECT_EQ(basis.cost(), D("-240"));
}

TEST(CostBasisTest, IsZeroWhenFlat) {
  CostBasis basis;
  basis.Add(D("3"), D("100"));
  basis.Add(D("-1"), D("40"));
  basis.Add(D("-2"), D("70"));

  EXPECT_TRUE(basis.quantity().is_zero());
  EXPECT_EQ(basis.cost(), D("0"));
}

TEST(CostBasisTest, DoesNotKnowTheCostOfAmountsOutOfRange) {
  CostBasis basis;
  basis.Add(D("2000000000"), D("1"));
  basis.Add(D("1"), D("1"));

  EXPECT_FALSE(basis.cost().has_value());
}

TEST(CostBasisTest, AgreesWithUnitsThatAreKeptOneByOne) {
  std::mt19937_64 random{20261122};
  CostBasis basis;
  std::deque<std::int64_t> units;  // What each unit cost; all of one side.
  std::int64_t held = 0;
  for (int step = 0; step < 1'000; ++step) {
    SCOPED_TRACE(step);
    const auto quantity = static_cast<std::int64_t>(random() % 9) - 4;
    const auto price = static_cast<std::int64_t>(random() % 100) + 1;
    basis.Add(base::Decimal::FromInt(quantity),
              base::Decimal::FromInt((quantity < 0 ? -quantity : quantity) * price));
    const std::int64_t sign = quantity < 0 ? -1 : 1;
    for (std::int64_t unit = 0; unit != quantity; unit += sign) {
      if (held * sign < 0) {
        units.pop_front();
      } else {
        units.push_back(price);
      }
      held += sign;
    }
    std::int64_t cost = 0;
    for (const std::int64_t unit : units) {
      cost += unit;
    }

    ASSERT_EQ(basis.quantity(), base::Decimal::FromInt(held));
    ASSERT_EQ(basis.cost(), base::Decimal::FromInt(held < 0 ? -cost : cost));
  }
}

}  // namespace
}  // namespace bulwark::opening

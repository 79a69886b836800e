// Goal: no cent is lost: cash + cost - realised P&L stays what was paid in, whatever is filled.
// Method: worked examples, then random fills against the invariant.

#include "model/accounting.h"

#include <cstdint>
#include <random>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "model/fill.h"
#include "model/portfolio.h"

namespace bulwark::model {
namespace {

base::Decimal D(const char* text) {
  return *base::Decimal::Parse(text);
}

Fill MakeFill(Side side, const char* price, const char* quantity, const char* fee) {
  return {.side = side, .price = D(price), .quantity = D(quantity), .fee = D(fee)};
}

TEST(AccountingTest, BooksARoundTripNetOfFees) {
  Portfolio portfolio{.cash = D("1000")};

  ApplyFill(MakeFill(Side::kBuy, "100", "2", "0.2"), portfolio);
  EXPECT_EQ(portfolio.cash, D("799.8"));
  EXPECT_EQ(portfolio.positions[0].cost, D("200"));
  EXPECT_EQ(portfolio.realised_pnl, D("-0.2"));

  ApplyFill(MakeFill(Side::kSell, "110", "1", "0.11"), portfolio);
  EXPECT_EQ(portfolio.cash, D("909.69"));
  EXPECT_EQ(portfolio.positions[0].cost, D("100"));
  EXPECT_EQ(portfolio.realised_pnl, D("9.69"));
}

TEST(AccountingTest, LeavesNoCostOnAFlatPosition) {
  Portfolio portfolio{.cash = D("1000")};
  ApplyFill(MakeFill(Side::kBuy, "0.33333333", "3.00000001", "0"), portfolio);
  ApplyFill(MakeFill(Side::kSell, "0.4", "1.00000001", "0"), portfolio);
  ApplyFill(MakeFill(Side::kSell, "0.4", "2", "0"), portfolio);

  EXPECT_EQ(portfolio.positions[0].cost, D("0"));
  EXPECT_EQ(portfolio.positions[0].quantity, D("0"));
}

TEST(AccountingTest, TurnsALongIntoAShortWhenASaleGoesBeyondFlat) {
  Portfolio portfolio{.cash = D("1000")};
  ApplyFill(MakeFill(Side::kBuy, "100", "1", "0"), portfolio);
  ApplyFill(MakeFill(Side::kSell, "110", "3", "0"), portfolio);

  EXPECT_EQ(portfolio.positions[0].quantity, D("-2"));
  EXPECT_EQ(portfolio.positions[0].cost, D("-220"));
  EXPECT_EQ(portfolio.realised_pnl, D("10"));
}

TEST(AccountingTest, ConservesMoneyOverRandomFills) {
  std::mt19937_64 random{11};
  Portfolio portfolio{.cash = D("100000")};
  for (int step = 0; step < 1'000; ++step) {
    SCOPED_TRACE(step);
    Fill fill = MakeFill(random() % 2 == 0 ? Side::kBuy : Side::kSell, "1", "1", "0");
    fill.price = base::Decimal::FromRaw(static_cast<std::int64_t>(1 + random() % 10'000'000'000));
    fill.quantity = base::Decimal::FromRaw(static_cast<std::int64_t>(1 + random() % 300'000'000));
    fill.fee = base::Decimal::FromRaw(static_cast<std::int64_t>(random() % 1'000));

    ApplyFill(fill, portfolio);

    ASSERT_EQ(portfolio.cash + portfolio.positions[0].cost - portfolio.realised_pnl, D("100000"));
    if (portfolio.positions[0].quantity.is_zero()) {
      ASSERT_TRUE(portfolio.positions[0].cost.is_zero());
    }
  }
}

}  // namespace
}  // namespace bulwark::model

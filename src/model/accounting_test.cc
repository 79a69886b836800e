// Goal: no cent is lost: cash + cost - realised P&L stays what was paid in, whatever is filled.
// Method: worked examples, then random fills against the invariant.

#include "model/accounting.h"

#include <cstdint>
#include <random>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "model/adjustment.h"
#include "model/fill.h"
#include "model/lots.h"
#include "model/market_data.h"
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

TEST(AccountingTest, SellsFirstWhatWasBoughtFirst) {
  Portfolio portfolio{.cash = D("1000")};
  ApplyFill(MakeFill(Side::kBuy, "100", "1", "0"), portfolio);
  ApplyFill(MakeFill(Side::kBuy, "120", "1", "0"), portfolio);
  ApplyFill(MakeFill(Side::kSell, "130", "1.5", "0"), portfolio);

  EXPECT_EQ(portfolio.realised_pnl, D("35"));
  EXPECT_EQ(portfolio.positions[0].cost, D("60"));
  ASSERT_EQ(portfolio.lots.size({0}), 1U);
  EXPECT_EQ(portfolio.lots.At({0}, 0), (Lot{D("0.5"), D("60")}));
}

TEST(AccountingTest, KeepsTheSumsWhenThereAreMoreLotsThanItKeeps) {
  Portfolio portfolio{.cash = D("100000")};
  for (int fill = 0; fill < 100; ++fill) {
    ApplyFill(MakeFill(Side::kBuy, "7", "3", "0"), portfolio);
  }
  EXPECT_EQ(portfolio.lots.size({0}), LotBook::kLotsMax);
  EXPECT_EQ(portfolio.positions[0].cost, D("2100"));

  ApplyFill(MakeFill(Side::kSell, "7", "300", "0"), portfolio);
  EXPECT_EQ(portfolio.positions[0].cost, D("0"));
  EXPECT_EQ(portfolio.lots.size({0}), 0U);
}

TEST(AccountingTest, TakesAFillBackAsIfItHadNeverBeen) {
  Portfolio portfolio{.cash = D("1000")};
  ApplyFill(MakeFill(Side::kBuy, "100", "2", "0.2"), portfolio);
  const Portfolio before = portfolio;
  const Fill sale = MakeFill(Side::kSell, "110", "1", "0.11");
  const FillEffect effect = ApplyFill(sale, portfolio);

  ApplyAdjustment(Undo(sale, effect.closed_quantity, effect.closed_cost), portfolio);

  EXPECT_EQ(portfolio.cash, before.cash);
  EXPECT_EQ(portfolio.realised_pnl, before.realised_pnl);
  EXPECT_EQ(portfolio.fees_paid, before.fees_paid);
  EXPECT_EQ(portfolio.positions[0].cost, before.positions[0].cost);
  EXPECT_EQ(portfolio.positions[0].quantity, before.positions[0].quantity);
}

TEST(AccountingTest, KeepsProceedsAndCollateralOfAShortPositionBlocked) {
  Portfolio portfolio{.cash = D("1000"),
                      .terms = {.mode = AccountMode::kMargin, .leverage = D("2")}};
  ApplyFill(MakeFill(Side::kSell, "100", "4", "1"), portfolio);
  EXPECT_EQ(portfolio.owned_cash(), D("1399"));
  EXPECT_EQ(portfolio.blocked_cash, D("600"));
  EXPECT_EQ(portfolio.cash, D("799"));

  ApplyFill(MakeFill(Side::kBuy, "90", "1", "0"), portfolio);
  EXPECT_EQ(portfolio.blocked_cash, D("450"));
  EXPECT_EQ(portfolio.realised_pnl, D("9"));
  ApplyFill(MakeFill(Side::kBuy, "110", "3", "0"), portfolio);
  EXPECT_EQ(portfolio.blocked_cash, D("0"));
  EXPECT_EQ(portfolio.cash, D("979"));
  EXPECT_EQ(portfolio.positions[0].short_opened_at, base::UnixNanos());
}

TEST(AccountingTest, MovesOnlyProfitAndCollateralInAPerpAccount) {
  Portfolio portfolio{.cash = D("1000"), .terms = {.mode = AccountMode::kPerp, .leverage = D("5")}};
  ApplyFill(MakeFill(Side::kBuy, "100", "10", "1"), portfolio);
  EXPECT_EQ(portfolio.owned_cash(), D("999"));
  EXPECT_EQ(portfolio.blocked_cash, D("200"));
  EXPECT_EQ(ValueAt(portfolio.positions[0], D("103"), portfolio.terms), D("30"));

  ApplyFill(MakeFill(Side::kSell, "103", "10", "1"), portfolio);
  EXPECT_EQ(portfolio.cash, D("1028"));
  EXPECT_EQ(portfolio.blocked_cash, D("0"));
}

TEST(AccountingTest, TakesAFeeInBaseUnitsFromThePositionAndNotFromTheCash) {
  Portfolio portfolio{.cash = D("1000")};
  Fill fill = MakeFill(Side::kBuy, "100", "1", "0.1");
  fill.fee_quantity = D("0.001");
  ApplyFill(fill, portfolio);

  EXPECT_EQ(portfolio.cash, D("900"));
  EXPECT_EQ(portfolio.positions[0].quantity, D("0.999"));
  EXPECT_EQ(portfolio.fees_paid, D("0.1"));
  EXPECT_EQ(portfolio.cash + portfolio.positions[0].cost - portfolio.realised_pnl, D("1000"));
}

TEST(AccountingTest, TellsEachRoundTripOnce) {
  Portfolio portfolio{.cash = D("1000")};
  ApplyFill(MakeFill(Side::kBuy, "100", "2", "0.2"), portfolio);
  EXPECT_FALSE(ApplyFill(MakeFill(Side::kSell, "110", "1", "0.1"), portfolio).ended_trip);
  const auto trip = ApplyFill(MakeFill(Side::kSell, "120", "2", "0.4"), portfolio).ended_trip;

  ASSERT_TRUE(trip.has_value());
  EXPECT_EQ(trip->entry_quantity, D("2"));
  EXPECT_EQ(trip->exit_notional, D("230"));
  EXPECT_EQ(trip->fees, D("0.5"));
  EXPECT_EQ(trip->realised_pnl, D("29.5"));
  // What went beyond flat began the next one.
  EXPECT_EQ(portfolio.positions[0].trip.side, Side::kSell);
  EXPECT_EQ(portfolio.positions[0].trip.entry_quantity, D("1"));
}

TEST(AccountingTest, SplitsSharesAndKeepsTheCost) {
  Portfolio portfolio{.cash = D("1000")};
  ApplyFill(MakeFill(Side::kBuy, "10", "5", "0"), portfolio);
  ApplyFill(MakeFill(Side::kBuy, "20", "2", "0"), portfolio);
  ApplyAdjustment({.kind = AdjustmentKind::kSplit, .new_shares = 3, .old_shares = 2}, portfolio);

  EXPECT_EQ(portfolio.positions[0].quantity, D("10.5"));
  EXPECT_EQ(portfolio.positions[0].cost, D("90"));
  EXPECT_EQ(portfolio.lots.At({0}, 0), (Lot{D("7.5"), D("50")}));
}

TEST(AccountingTest, BooksADividendAsProfit) {
  Portfolio portfolio{.cash = D("1000")};
  ApplyFill(MakeFill(Side::kBuy, "10", "5", "0"), portfolio);
  ApplyAdjustment({.kind = AdjustmentKind::kDividend, .cash = D("2.5")}, portfolio);

  EXPECT_EQ(portfolio.cash, D("952.5"));
  EXPECT_EQ(portfolio.realised_pnl, D("2.5"));
}

TEST(AccountingTest, BooksAcceptedCashAlone) {
  Portfolio portfolio{.cash = D("1000")};
  ApplyFill(MakeFill(Side::kBuy, "10", "5", "0"), portfolio);
  Portfolio expected = portfolio;
  ApplyAdjustment({.kind = AdjustmentKind::kAcceptedCash, .cash = D("-0.00000001")}, portfolio);

  expected.cash = D("949.99999999");
  EXPECT_EQ(portfolio, expected);
}

TEST(AccountingTest, AddsAnAcceptedQuantityAtItsCostWithoutMoneyOrProfit) {
  Portfolio portfolio{.cash = D("1000")};
  ApplyFill(MakeFill(Side::kBuy, "50", "2", "0"), portfolio);
  const BooksEffect effect = ApplyAdjustment(
      {.kind = AdjustmentKind::kAcceptedPosition, .taken = {D("0.5"), D("30")}}, portfolio);

  EXPECT_EQ(portfolio.positions[0].quantity, D("2.5"));
  EXPECT_EQ(portfolio.positions[0].cost, D("130"));
  EXPECT_EQ(portfolio.lots.At({0}, 1), (Lot{D("0.5"), D("30")}));
  EXPECT_EQ(portfolio.positions[0].trip.entry_quantity, D("2.5"));
  EXPECT_EQ(portfolio.cash, D("900"));
  EXPECT_EQ(portfolio.realised_pnl, D("0"));
  EXPECT_EQ(effect.realised_pnl, D("0"));
}

TEST(AccountingTest, TakesAnAcceptedQuantityAwayWithItsShareOfTheCost) {
  Portfolio portfolio{.cash = D("1000")};
  ApplyFill(MakeFill(Side::kBuy, "50", "1", "0"), portfolio);
  ApplyFill(MakeFill(Side::kBuy, "60", "1", "0"), portfolio);
  Adjustment adjustment{.kind = AdjustmentKind::kAcceptedPosition, .taken = {D("-0.5"), D("-35")}};
  EXPECT_FALSE(ApplyAdjustment(adjustment, portfolio).ended_trip);
  EXPECT_EQ(portfolio.positions[0].cost, D("85")) << "the oldest left, at what it had cost";

  adjustment.taken = {D("-1.5"), D("-105")};
  const auto trip = ApplyAdjustment(adjustment, portfolio).ended_trip;
  ASSERT_TRUE(trip.has_value());
  EXPECT_EQ(trip->exit_notional, D("110"));
  EXPECT_EQ(trip->realised_pnl, D("0"));
  EXPECT_TRUE(portfolio.positions[0].owned().is_zero());
  EXPECT_TRUE(portfolio.positions[0].cost.is_zero());
  EXPECT_EQ(portfolio.realised_pnl, D("0"));
  EXPECT_EQ(portfolio.cash, D("890"));
}

}  // namespace
}  // namespace bulwark::model

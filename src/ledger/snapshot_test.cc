// Goal: a start from a snapshot finds the same books as one from the first fill, to the last digit:
//       cash, collateral, lots, round trips and what can still be taken back.
// Method: a margin account with shorts, busts, borrowing fees and a split, more trades than a start
//         replays; recovered with all snapshots and again without any. Both databases.

#include "ledger/snapshot.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/fixed_string.h"
#include "base/time.h"
#include "ledger/ledger.h"
#include "ledger/ledger_backends.h"
#include "ledger/ledger_testing.h"
#include "ledger/recovered_books.h"
#include "ledger/symbols.h"
#include "model/accounting.h"
#include "model/action.h"
#include "model/adjustment.h"
#include "model/booked_trade.h"
#include "model/fill.h"
#include "model/market_data.h"
#include "model/names.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "sql/connection.h"

namespace bulwark::ledger {
namespace {

using base::Decimal;
using testing_support::D;
using testing_support::MakeFill;
using testing_support::MakeOrder;
using testing_support::Pairs;

constexpr std::uint64_t kTrades = 2 * kBookedTradesMax + 700;

model::AccountTerms Margin(std::int64_t leverage) {
  return {.mode = model::AccountMode::kMargin, .leverage = Decimal::FromInt(leverage)};
}

// Trades at random, and takes some of it back.
class Trading {
 public:
  Trading() {
    portfolio_.cash = D("100000");
    portfolio_.terms = Margin(2);
  }

  std::vector<model::Action> Next(std::uint64_t number) {
    std::vector<model::Action> actions;
    Trade(number, actions);
    if (number % 41 == 0) {
      Adjust({.kind = model::AdjustmentKind::kBust}, number, actions);
    }
    if (number % 97 == 0) {
      Adjust({.kind = model::AdjustmentKind::kBorrowFee, .cash = D("-0.7"), .fees = D("0.7")},
             number, actions);
    }
    if (number % 1'500 == 0) {
      Adjust({.kind = model::AdjustmentKind::kSplit, .new_shares = 3, .old_shares = 2}, number,
             actions);
    }
    return actions;
  }

 private:
  void Trade(std::uint64_t number, std::vector<model::Action>& actions) {
    const bool is_buy = random_() % 2 == 0;
    model::Order order = MakeOrder(number, is_buy ? model::Side::kBuy : model::Side::kSell, "1");
    order.instrument = {static_cast<std::uint16_t>(random_() % 2)};
    order.quantity = Decimal::FromRaw(static_cast<std::int64_t>(random_() % 300'000'000) + 1);
    order.filled_quantity = order.quantity;
    order.fees_paid = D("0.1");
    order.status = model::OrderStatus::kFilled;
    model::Fill fill = MakeFill(order, "t-" + std::to_string(number), "1", "10");
    fill.quantity = order.quantity;
    fill.price = Decimal::FromRaw(static_cast<std::int64_t>(random_() % 900'000'000) + 1'000'000);
    fill.venue_sequence = number;
    const auto effect = model::ApplyFill(fill, portfolio_);
    last_ = fill;
    last_effect_ = effect;
    actions.emplace_back(model::OrderChanged{order});
    actions.emplace_back(model::FillBooked{.fill = fill, .realised_pnl = effect.realised_pnl});
  }

  void Adjust(model::Adjustment adjustment, std::uint64_t number,
              std::vector<model::Action>& actions) {
    const auto kind = adjustment.kind;
    if (kind == model::AdjustmentKind::kBust) {
      adjustment = model::Undo(last_, last_effect_.closed_quantity, last_effect_.closed_cost);
    } else {
      adjustment.instrument = last_.instrument;
    }
    adjustment.kind = kind;
    adjustment.id = base::FixedString<64>(std::string(model::Name(kind)) + std::to_string(number));
    adjustment.at = last_.at + std::chrono::seconds{1};
    const auto effect = model::ApplyAdjustment(adjustment, portfolio_);
    actions.emplace_back(
        model::BooksAdjusted{.adjustment = adjustment, .realised_pnl = effect.realised_pnl});
  }

  std::mt19937_64 random_{11};
  model::Portfolio portfolio_;
  model::Fill last_;
  model::FillEffect last_effect_;
};

class SnapshotTest : public testing_support::BothBackendsTest {
 protected:
  void SetUp() override {
    const auto ledger = home_.Open();
    ASSERT_TRUE(ledger->EnsureAccount({.opening_cash = D("100000"), .terms = Margin(2)}));
    const std::uint64_t epoch = *ledger->BeginRun({.fills_per_snapshot = 100}, Pairs());
    Trading trading;
    std::vector<model::Action> batch;
    for (std::uint64_t number = 1; number <= kTrades; ++number) {
      const auto actions = trading.Next(number);
      batch.insert(batch.end(), actions.begin(), actions.end());
      if (number % 50 == 0 || number == kTrades) {
        const auto receipt = ledger->Commit(epoch, batch);
        ASSERT_TRUE(receipt.has_value()) << receipt.error().message;
        batch.clear();
      }
    }
  }
  [[nodiscard]] RecoveredBooks Recovered() const { return *home_.Open()->Recover(Pairs()); }
  [[nodiscard]] std::string Portfolio(const RecoveredBooks& books) const {
    const SymbolMap symbols(*LoadSymbols(*home_.Connect()), Pairs());
    return TextOf({.fills = books.fills,
                   .venue_sequence_max = books.venue_sequence_max,
                   .portfolio = books.portfolio},
                  symbols, Pairs());
  }
  void ExpectSame(const RecoveredBooks& a, const RecoveredBooks& b) const {
    EXPECT_EQ(Portfolio(a), Portfolio(b));
    ASSERT_EQ(a.booked_trades.size(), b.booked_trades.size());
    for (std::size_t at = 0; at < a.booked_trades.size(); ++at) {
      const model::BookedTrade& one = a.booked_trades[at];
      const model::BookedTrade& other = b.booked_trades[at];
      EXPECT_EQ(one.fill.trade_id, other.fill.trade_id) << at;
      EXPECT_EQ(one.closed_quantity, other.closed_quantity) << at;
      EXPECT_EQ(one.closed_cost, other.closed_cost) << at;
      EXPECT_EQ(one.is_booked, other.is_booked) << at;
      EXPECT_EQ(one.is_void, other.is_void) << at;
    }
  }
};

TEST_P(SnapshotTest, GivesTheBooksThatAllFillsGive) {
  const RecoveredBooks from_snapshot = Recovered();
  const auto contradictions = home_.Open()->FindContradictions(Pairs(), 5);
  ASSERT_TRUE(contradictions.has_value()) << contradictions.error().message;
  EXPECT_THAT(*contradictions, testing::IsEmpty());
  EXPECT_EQ(*home_.Open()->FindChainBreak(Depth::kWhole), std::nullopt);
  EXPECT_GT(**home_.Connect()->QueryInt("SELECT count(*) FROM snapshots"), 40);
  EXPECT_FALSE(from_snapshot.portfolio.blocked_cash.is_zero()) << "shorts need collateral";

  ASSERT_TRUE(home_.Connect()->Run("DELETE FROM snapshots"));

  ExpectSame(from_snapshot, Recovered());
}

TEST_P(SnapshotTest, CountsOnlyForTheTermsThatItWasMadeWith) {
  ASSERT_TRUE(home_.Open()->EnsureAccount({.opening_cash = D("100000"), .terms = Margin(5)}));
  const RecoveredBooks with_snapshots = Recovered();
  EXPECT_THAT(*home_.Open()->FindContradictions(Pairs(), 5), testing::IsEmpty());

  ASSERT_TRUE(home_.Connect()->Run("DELETE FROM snapshots"));

  ExpectSame(with_snapshots, Recovered());
}

// Nothing of a damaged one is used; the older ones are still there.
TEST_P(SnapshotTest, IsPassedOverWhenItWasAltered) {
  const RecoveredBooks before = Recovered();
  ASSERT_TRUE(home_.Connect()->Run("UPDATE snapshots SET state = state || 'position 1'"));

  ExpectSame(before, Recovered());

  EXPECT_FALSE(home_.Open()->FindContradictions(Pairs(), 5)->empty());
}

TEST_P(SnapshotTest, LinksAdjustmentsToo) {
  ASSERT_TRUE(home_.Connect()->Run("UPDATE adjustments SET fees = fees + 1 WHERE sequence = 3"));

  const auto broken = home_.Open()->FindChainBreak(Depth::kWhole);

  ASSERT_TRUE(broken.has_value());
  ASSERT_TRUE(broken->has_value());
  EXPECT_EQ((*broken)->table, "adjustments");
  EXPECT_EQ((*broken)->sequence, 3);
}

INSTANTIATE_TEST_SUITE_P(Both, SnapshotTest, testing_support::BothBackends(),
                         testing_support::BackendName);

}  // namespace
}  // namespace bulwark::ledger

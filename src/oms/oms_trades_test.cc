// Goal: trades that the venue takes back, changes or tells by totals are each booked right once.
// Method: each by hand, in the order in which it should come and in the one in which it may.

#include <cstdint>
#include <string_view>
#include <variant>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/adjustment.h"
#include "model/fill.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "oms/booked_trades.h"
#include "oms/oms.h"
#include "oms/oms_testing.h"

namespace bulwark::oms {
namespace {

using testing_support::Approve;
using testing_support::Buy;
using testing_support::D;
using testing_support::Id;
using testing_support::kNow;
using testing_support::MakeFill;

class OmsTradesTest : public testing::Test {
 protected:
  OmsTradesTest() : oms_(OpeningBooks{.portfolio = {.cash = D("1000")}}) {
    oms_.Submit(Approve(Buy(D("2")), oms_.portfolio()), Id(1), D("210"), kNow, out_);
  }

  template <class Report>
  void Give(const Report& report) {
    oms_.On(report, kNow, out_);
  }
  static model::Fill Trade(std::string_view id, std::string_view price, std::string_view quantity) {
    return MakeFill(1, id, model::Side::kBuy, D(price), D(quantity));
  }
  void Progress(std::string_view filled, std::string_view average) {
    Give(model::OrderProgress{
        .order_id = Id(1), .cumulative_filled = D(filled), .average_price = D(average)});
  }
  [[nodiscard]] base::Decimal Cash() const { return oms_.portfolio().owned_cash(); }
  [[nodiscard]] base::Decimal Owned() const { return oms_.portfolio().positions[0].owned(); }
  [[nodiscard]] int Alerts(std::string_view name) const {
    int count = 0;
    for (const model::Action& action : out_) {
      const auto* alert = std::get_if<model::AlertRaised>(&action);
      count += alert != nullptr && alert->event.view() == name ? 1 : 0;
    }
    return count;
  }

  Oms oms_;
  model::ActionBuffer out_;
};

TEST_F(OmsTradesTest, TakesABustedTradeBackOnceAndSaysSo) {
  Give(model::OrderFilled{.fill = Trade("T1", "100", "1")});
  Give(model::TradeBusted{.fill = Trade("T1", "100", "1")});
  Give(model::TradeBusted{.fill = Trade("T1", "100", "1")});

  EXPECT_EQ(Cash(), D("1000"));
  EXPECT_EQ(Owned(), D("0"));
  EXPECT_EQ(oms_.portfolio().realised_pnl, D("0"));
  EXPECT_EQ(Alerts("TRADE_BUSTED"), 1);
  EXPECT_FALSE(oms_.are_books_doubtful());
}

TEST_F(OmsTradesTest, BooksATradeAndItsBustAlsoWhenTheBustComesFirst) {
  Give(model::TradeBusted{.fill = Trade("T1", "100", "1")});
  EXPECT_TRUE(oms_.are_books_doubtful());
  Give(model::OrderFilled{.fill = Trade("T1", "100", "1")});

  EXPECT_EQ(Cash(), D("1000"));
  EXPECT_EQ(Owned(), D("0"));
  EXPECT_EQ(oms_.open_orders()[0].filled_quantity, D("1"));
}

TEST_F(OmsTradesTest, RaisesABustThatItCanNoLongerTakeBack) {
  Oms oms(OpeningBooks{.portfolio = {.cash = D("1000")}, .trades = {model::TradeId("T-old")}});
  oms.On(model::TradeBusted{.fill = Trade("T-old", "100", "1")}, kNow, out_);

  EXPECT_EQ(Alerts("TRADE_CHANGE_UNBOOKED"), 1);
  EXPECT_TRUE(oms.are_books_doubtful());
  EXPECT_EQ(oms.portfolio().cash, D("1000"));
}

TEST_F(OmsTradesTest, RaisesABustFromBeforeASplit) {
  Give(model::OrderFilled{.fill = Trade("T1", "100", "1")});
  oms_.Book({.id = decltype(model::Adjustment::id)("split-1"),
             .kind = model::AdjustmentKind::kSplit,
             .new_shares = 2},
            kNow, out_);
  Give(model::TradeBusted{.fill = Trade("T1", "100", "1")});

  EXPECT_EQ(Owned(), D("2"));
  EXPECT_EQ(Alerts("TRADE_CHANGE_UNBOOKED"), 1);
  EXPECT_TRUE(oms_.are_books_doubtful());
}

TEST_F(OmsTradesTest, RaisesATradeThatNoBooksCouldTake) {
  for (const model::Fill& fill : {Trade("T1", "100", "0"), Trade("T2", "0", "1"),
                                  Trade("T3", "50000000000", "50000000000")}) {
    Give(model::OrderFilled{.fill = fill});
    Give(model::TradeCorrected{.fill = fill});
  }

  EXPECT_EQ(Cash(), D("1000"));
  EXPECT_EQ(Alerts("FILL_UNUSABLE"), 6);
  EXPECT_TRUE(oms_.are_books_doubtful());
}

TEST_F(OmsTradesTest, LetsTheNewestCorrectionCountWhateverComesFirst) {
  const auto correct = [&](std::string_view price, std::uint32_t revision) {
    Give(model::TradeCorrected{.fill = Trade("T1", price, "1"), .revision = revision});
  };
  correct("103", 2);
  correct("101", 1);
  Give(model::OrderFilled{.fill = Trade("T1", "100", "1")});
  correct("103", 2);

  EXPECT_EQ(Cash(), D("896.99"));
  EXPECT_EQ(Owned(), D("1"));
  EXPECT_EQ(oms_.open_orders()[0].filled_quantity, D("1"));
  EXPECT_EQ(oms_.open_orders()[0].average_fill_price(), D("103"));
}

TEST_F(OmsTradesTest, CorrectsTheQuantityOfATrade) {
  Give(model::OrderFilled{.fill = Trade("T1", "100", "1.5")});
  Give(model::TradeCorrected{.fill = Trade("T1", "100", "0.5")});

  EXPECT_EQ(Owned(), D("0.5"));
  EXPECT_EQ(Cash(), D("949.99"));
  EXPECT_EQ(oms_.open_orders()[0].filled_quantity, D("0.5"));
  EXPECT_EQ(oms_.portfolio().blocked_cash, D("157.5"));
}

TEST_F(OmsTradesTest, PricesWhatATotalAddsByTheDifferenceOfTheTotals) {
  Progress("1", "100");
  EXPECT_EQ(Cash(), D("900"));
  Progress("2", "101");

  EXPECT_EQ(Cash(), D("798"));
  EXPECT_EQ(Owned(), D("2"));
  EXPECT_TRUE(oms_.open_orders().empty());
  EXPECT_FALSE(oms_.are_books_doubtful());
}

TEST_F(OmsTradesTest, ReplacesATotalByTheTradesThatExplainIt) {
  Progress("2", "100.5");
  Give(model::OrderFilled{.fill = Trade("T1", "100", "1.5")});
  EXPECT_EQ(Owned(), D("2"));
  Give(model::OrderFilled{.fill = Trade("T2", "102", "0.5")});

  EXPECT_EQ(Owned(), D("2"));
  EXPECT_EQ(Cash(), D("798.98"));
  EXPECT_EQ(oms_.portfolio().fees_paid, D("0.02"));
  EXPECT_FALSE(oms_.are_books_doubtful());
}

TEST_F(OmsTradesTest, BooksNothingForATotalThatItsTradesExplain) {
  Give(model::OrderFilled{.fill = Trade("T1", "100", "1")});
  out_.Clear();
  Progress("1", "100");
  Progress("0.5", "100");

  EXPECT_EQ(Owned(), D("1"));
  for (const model::Action& action : out_) {
    EXPECT_FALSE(std::holds_alternative<model::FillBooked>(action));
  }
}

TEST(BookedTradesTest, NamesRevisionsAndFindsTheFirstIdAgain) {
  const model::TradeId id("T~x");
  EXPECT_EQ(RevisedId(id, 12)->view(), "T~x~12");
  EXPECT_EQ(FirstIdOf(*RevisedId(id, 12)), id);
  EXPECT_EQ(FirstIdOf(id), id);
  EXPECT_FALSE(RevisedId(model::TradeId("0123456789012345678901234567890123456789"), 1));
  EXPECT_NE(InferredId(Id(1), 1), InferredId(Id(1), 2));
  EXPECT_NE(InferredId(Id(1), 1), InferredId(Id(2), 1));
  EXPECT_FALSE(InferredId(Id(1), 4'000'000'000U).empty());
}

}  // namespace
}  // namespace bulwark::oms

// Goal: the books stay what the venue has, and the program stays up, whatever venue, companies and
//       the passing of time do to money.
// Method: a person's commands, a mark moved by hand, a venue played by hand.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "engine/engine_testing.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/event.h"
#include "model/fill.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/venue_report.h"
#include "oms/oms.h"
#include "risk/wide_limits.h"

namespace bulwark::engine {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing_support::D;
using testing_support::EngineFixture;

class EngineMoneyTest : public EngineFixture {
 protected:
  EngineMoneyTest() {
    AddInstrument("BTC/USDT");
    Begin(model::AccountMode::kSpot);
  }

  void Begin(model::AccountMode mode) {
    const model::AccountTerms terms{.mode = mode};
    Build({.options = {.epoch = 3, .risk_fraction = D("0.1"), .borrow_bps_per_day = D("2")},
           .limits = {.data_age_max = hours{1000}, .entry = risk::WideLimits(), .terms = terms},
           .books = {.portfolio = {.cash = D("100000"), .terms = terms}}});
    BringUp();
    out_.Clear();
  }

  // Places and fills it.
  model::Order Trade(const model::NewOrder& wish, const char* price) {
    const model::Order order = *Place(wish);
    Give(model::OrderFilled{.fill = FillOf(order, price, order.quantity)});
    return order;
  }
  void Split(const char* id) {
    Give(model::CorporateAction{
        .id = model::TradeId(id), .new_shares = 2, .old_shares = 1, .at = now_});
  }
  static model::NewOrder Buy(const char* quantity) {
    return {.origin = model::Origin::kOperator, .quantity = D(quantity)};
  }
  static model::NewOrder Sell(const char* quantity) {
    return {.side = model::Side::kSell,
            .intent = model::Intent::kCloseLong,
            .origin = model::Origin::kOperator,
            .reduce_only = true,
            .quantity = D(quantity)};
  }
  static model::NewOrder Short(const char* quantity) {
    return {.side = model::Side::kSell,
            .intent = model::Intent::kOpenShort,
            .origin = model::Origin::kOperator,
            .quantity = D(quantity)};
  }
  static model::NewOrder Cover(const char* quantity) {
    return {.side = model::Side::kBuy,
            .intent = model::Intent::kCloseShort,
            .origin = model::Origin::kOperator,
            .reduce_only = true,
            .quantity = D(quantity)};
  }
};

TEST_F(EngineMoneyTest, ClosesAShortWhenFreeCashIsNegative) {
  Begin(model::AccountMode::kMargin);
  Trade(Short("0.1"), "50000");
  Give(model::CorporateAction{.kind = model::CorporateAction::Kind::kDividend,
                              .id = model::TradeId("D1"),
                              .cash_per_share = D("960000"),
                              .at = now_});
  ASSERT_TRUE(books().cash.is_negative());

  const auto cover = Place(Cover("0.1"));

  ASSERT_TRUE(cover);
  EXPECT_TRUE(cover->reserved_cash.is_zero());
  Give(model::OrderFilled{.fill = FillOf(*cover, "50000", D("0.1"))});
  EXPECT_TRUE(owned().is_zero());
}

TEST_F(EngineMoneyTest, LiquidatesAShortWhenFreeCashIsNegative) {
  Begin(model::AccountMode::kMargin);
  Trade(Short("0.1"), "50000");
  Give(model::CorporateAction{.kind = model::CorporateAction::Kind::kDividend,
                              .id = model::TradeId("D1"),
                              .cash_per_share = D("960000"),
                              .at = now_});
  out_.Clear();
  now_ += seconds{1};
  Permit(true);
  Give(model::Timer{.at = now_});

  EXPECT_TRUE(LastSent());
}

TEST_F(EngineMoneyTest, BooksAPurchaseWhoseFeeIsAllOfItOrMore) {
  const model::Order order = *Place(Buy("0.1"));
  model::Fill fill = FillOf(order, "50000", D("0.00000002"));
  fill.fee_currency = model::Currency("BTC");
  fill.fee_charged = D("0.00000002");
  Give(model::OrderFilled{.fill = fill});
  EXPECT_EQ(owned(), D("0"));
  EXPECT_EQ(books().owned_cash(), D("99999.999"));

  fill.trade_id = model::TradeId("X");
  fill.fee_charged = D("0.00000005");
  Give(model::OrderFilled{.fill = fill});
  EXPECT_EQ(owned(), D("-0.00000003"));
  EXPECT_EQ(books().owned_cash(), D("99999.998"));

  // Taken back, it leaves nothing behind.
  Give(model::TradeBusted{.fill = fill, .at = now_});
  EXPECT_EQ(owned(), D("0"));
  EXPECT_EQ(books().owned_cash(), D("99999.999"));
  EXPECT_EQ(books().positions[0].cost, D("0"));
}

TEST_F(EngineMoneyTest, BooksNoTotalWithoutAPrice) {
  const model::Order order = *Place(Buy("0.1"));
  out_.Clear();
  Give(model::OrderProgress{.order_id = order.id, .cumulative_filled = D("0.1"), .at = now_});
  EXPECT_EQ(Count<model::FillBooked>(), 0);
  EXPECT_EQ(Count<model::AlertRaised>(), 1);
  EXPECT_FALSE(engine_->gate_state().are_books_reconciled);

  // It is not forgotten: with its price it is booked.
  Give(model::OrderProgress{.order_id = order.id,
                            .cumulative_filled = D("0.1"),
                            .average_price = D("50000"),
                            .at = now_});
  EXPECT_EQ(owned(), D("0.1"));
}

TEST_F(EngineMoneyTest, LeavesOrdersAloneWhenASplitIsRepeated) {
  Trade(Buy("0.1"), "50000");
  Split("S1");
  Tick("25000");
  model::NewOrder stop = Sell("0.2");
  stop.type = model::OrderType::kStop;
  stop.origin = model::Origin::kProtective;
  stop.stop_price = D("24000");
  Place(stop);
  ASSERT_EQ(engine_->oms().open_orders().size(), 1U);

  Split("S1");

  EXPECT_EQ(engine_->oms().open_orders().size(), 1U);
  EXPECT_EQ(owned(), D("0.2"));
}

TEST_F(EngineMoneyTest, BooksASplitThatIsNamedLikeATrade) {
  Trade(Buy("0.1"), "50000");
  Split("T1");
  EXPECT_EQ(owned(), D("0.2"));
}

TEST_F(EngineMoneyTest, KeepsEquityThroughASplit) {
  Trade(Buy("0.1"), "50000");
  Split("S1");
  EXPECT_EQ(engine_->Equity(), D("100000"));
}

TEST_F(EngineMoneyTest, BooksNoBorrowingForARepeatedFill) {
  Begin(model::AccountMode::kMargin);
  Trade(Short("0.1"), "50000");
  const model::Order cover = *Place(Cover("0.05"));
  Wait(hours{1});
  const model::Fill fill = FillOf(cover, "50000", D("0.05"));
  Give(model::OrderFilled{.fill = fill});
  Wait(hours{12});
  const model::Portfolio before = books();

  Give(model::OrderFilled{.fill = fill});

  EXPECT_EQ(books(), before);
}

TEST_F(EngineMoneyTest, LetsAShortPayFromTheMomentItStands) {
  Begin(model::AccountMode::kMargin);
  Trade(Short("0.001"), "50000");
  Wait(hours{23} + minutes{59});
  Tick("50000");
  Trade(Short("0.1"), "50000");
  Wait(minutes{1});
  EXPECT_LT(books().borrow_fees_paid, D("0.02"));
  EXPECT_TRUE(books().borrow_fees_paid.is_positive());
}

TEST_F(EngineMoneyTest, PaysForTheLastHoursOfAShortThatATotalCloses) {
  Begin(model::AccountMode::kMargin);
  Trade(Short("0.1"), "50000");
  Wait(hours{12});
  const model::Order cover = *Place(Cover("0.1"));
  Give(model::OrderProgress{.order_id = cover.id,
                            .cumulative_filled = D("0.1"),
                            .average_price = D("50000"),
                            .at = now_});
  EXPECT_TRUE(owned().is_zero());
  EXPECT_EQ(books().borrow_fees_paid, D("0.5"));
}

TEST_F(EngineMoneyTest, ConvertsTheFeeOfACorrection) {
  const model::Order order = *Place(Buy("0.1"));
  model::Fill fill = FillOf(order, "50000", D("0.1"));
  fill.fee_currency = model::Currency("BTC");
  fill.fee_charged = D("0.001");
  Give(model::OrderFilled{.fill = fill});
  fill.price = D("50001");
  Give(model::TradeCorrected{.fill = fill, .at = now_});
  EXPECT_EQ(owned(), D("0.099"));
  EXPECT_EQ(books().fees_paid, D("50.001"));
}

TEST_F(EngineMoneyTest, BooksFeesThatATotalTellsLate) {
  const model::Order order = *Place(Buy("0.1"));
  model::OrderProgress total{.order_id = order.id,
                             .cumulative_filled = D("0.05"),
                             .average_price = D("50000"),
                             .at = now_};
  Give(total);
  total.fees = D("5");
  Give(total);
  Give(total);
  EXPECT_EQ(books().fees_paid, D("5"));
  EXPECT_EQ(owned(), D("0.05"));
}

TEST_F(EngineMoneyTest, ShrinksATotalWithTheTradeThatItCounted) {
  const model::Order order = *Place(Buy("0.1"));
  Give(model::OrderProgress{.order_id = order.id,
                            .cumulative_filled = D("0.06"),
                            .average_price = D("50000"),
                            .at = now_});
  model::Fill fill = FillOf(order, "50000", D("0.06"));
  Give(model::OrderFilled{.fill = fill});
  fill.quantity = D("0.05");
  Give(model::TradeCorrected{.fill = fill, .at = now_});
  EXPECT_EQ(owned(), D("0.05"));
}

TEST_F(EngineMoneyTest, TellsNoRoundTripWhenTheEntryOfAPositionIsCorrected) {
  const model::Order first = *Place(Buy("0.1"));
  model::Fill entry = FillOf(first, "50000", D("0.1"));
  Give(model::OrderFilled{.fill = entry});
  Trade(Buy("0.05"), "50000");
  Trade(Sell("0.05"), "51000");
  for (std::uint32_t revision = 1; revision <= 2; ++revision) {
    out_.Clear();
    entry.price = entry.price + D("1");
    Give(model::TradeCorrected{.fill = entry, .revision = revision, .at = now_});
    EXPECT_EQ(Count<model::RoundTripClosed>(), 0);
    EXPECT_EQ(owned(), D("0.1"));
    Trade(Sell("0.02"), "51000");  // The second time the undo goes beyond flat.
    Trade(Buy("0.02"), "51000");
  }
  out_.Clear();
  Trade(Sell("0.1"), "51000");
  EXPECT_EQ(Count<model::RoundTripClosed>(), 1);
}

TEST_F(EngineMoneyTest, EndsTheLegThatAFeeLeftLessThanALot) {
  model::NewOrder bracket = Buy("0.1");
  bracket.protective_stop = D("49000");
  bracket.profit_target = D("52000");
  const model::Order order = *Place(bracket);
  model::Fill fill = FillOf(order, "50000", D("0.1"));
  fill.fee_currency = model::Currency("BTC");
  fill.fee_charged = D("0.000105");
  Give(model::OrderFilled{.fill = fill});
  out_.Clear();
  Tick("48900");
  const auto stop = LastSent();
  ASSERT_TRUE(stop);

  Give(model::OrderFilled{.fill = FillOf(*stop, "48900", stop->quantity)});

  EXPECT_TRUE(engine_->oms().open_orders().empty());
}

}  // namespace
}  // namespace bulwark::engine

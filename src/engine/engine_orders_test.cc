// Goal: stops, brackets, shorts and replacements do with the mark and the gate what docs/orders.md
//       says, and stops of the system leave protection alone or own it.
// Method: a person's commands, a mark moved by hand, a venue played by hand.

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "engine/engine_testing.h"
#include "engine/fee_conversion.h"
#include "model/action.h"
#include "model/event.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/stop_mode.h"
#include "model/venue_report.h"
#include "risk/guard_input.h"
#include "risk/halt_lattice.h"
#include "risk/wide_limits.h"

namespace bulwark::engine {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing_support::D;

class EngineOrdersTest : public testing_support::EngineFixture {
 protected:
  EngineOrdersTest() {
    AddInstrument("BTCUSDT");
    Start({});
  }

  void Start(const model::AccountTerms& terms) {
    Build({.options = {.epoch = 3,
                       .risk_fraction = D("0.1"),
                       .borrow_bps_per_day = D("2"),
                       .replaces_per_minute = 2},
           .limits = {.data_age_max = hours{1000}, .entry = risk::WideLimits(), .terms = terms},
           .books = {.portfolio = {.cash = D("100000"), .terms = terms}}});
    BringUp();
    out_.Clear();
  }

  void Mark(std::string_view price) { Tick(price); }
  template <class T>
  [[nodiscard]] int Count() const {
    return static_cast<int>(All<T>().size());
  }
  [[nodiscard]] const model::Portfolio& books() const { return engine_->oms().portfolio(); }

  static model::NewOrder Bracket() {
    return {.origin = model::Origin::kOperator,
            .quantity = D("0.1"),
            .protective_stop = D("49000"),
            .profit_target = D("52000")};
  }
  static model::NewOrder Short() {
    return {.side = model::Side::kSell,
            .intent = model::Intent::kOpenShort,
            .origin = model::Origin::kOperator,
            .quantity = D("0.1")};
  }
};

TEST_F(EngineOrdersTest, HoldsAStopUntilTheMarkComesAndSendsItAsAMarketOrder) {
  EXPECT_FALSE(Place({.type = model::OrderType::kStop,
                      .origin = model::Origin::kOperator,
                      .quantity = D("0.1"),
                      .stop_price = D("50500")}));
  ASSERT_EQ(engine_->oms().open_orders().size(), 1U);
  EXPECT_EQ(StateOf(engine_->oms().open_orders()[0]), model::OrderState::kWaiting);
  EXPECT_TRUE(books().blocked_cash.is_positive());

  Mark("50499.99");
  EXPECT_FALSE(LastSent());
  Mark("50500");
  ASSERT_TRUE(LastSent());
  EXPECT_EQ(LastSent()->type, model::OrderType::kMarket);
  EXPECT_EQ(engine_->oms().open_orders()[0].type, model::OrderType::kStop);
}

TEST_F(EngineOrdersTest, ProtectsAnEntryAndClosesItWithOneOfItsLegs) {
  const auto entry = Place(Bracket());
  ASSERT_TRUE(entry);
  Mark("48000");
  EXPECT_EQ(Count<model::SendOrder>(), 1);  // Nothing is filled, so there is nothing to protect.
  Mark("50000");
  Fill(*entry, "50000", D("0.1"));
  out_.Clear();
  Mark("48999");

  ASSERT_TRUE(LastSent());
  EXPECT_EQ(LastSent()->quantity, D("0.1"));
  EXPECT_EQ(LastSent()->origin, model::Origin::kProtective);
  Fill(*LastSent(), "48990", D("0.1"));
  EXPECT_TRUE(engine_->oms().open_orders().empty());
  EXPECT_EQ(Count<model::RoundTripClosed>(), 1);
}

TEST_F(EngineOrdersTest, LetsTheStopFollowATargetThatDidNotFill) {
  const auto entry = Place(Bracket());
  Fill(*entry, "50000", D("0.1"));
  out_.Clear();
  Mark("52000");
  const auto target = LastSent();
  ASSERT_TRUE(target);
  EXPECT_EQ(target->limit_price, D("52000"));
  Give(model::OrderSent{.order_id = target->id, .at = now_});

  out_.Clear();
  Wait(seconds{1});
  Mark("48900");
  EXPECT_EQ(Count<model::SendCancel>(), 1);
  EXPECT_FALSE(LastSent());
  Give(model::OrderEnded{.order_id = target->id, .at = now_});
  ASSERT_TRUE(LastSent());
  EXPECT_EQ(LastSent()->type, model::OrderType::kMarket);
}

TEST_F(EngineOrdersTest, SendsARefusedStopAgainAfterAPause) {
  const auto entry = Place(Bracket());
  Fill(*entry, "50000", D("0.1"));
  Mark("48900");
  const auto stop = LastSent();
  ASSERT_TRUE(stop);
  out_.Clear();
  Give(model::OrderEnded{.order_id = stop->id, .end = model::OrderEnd::kRejected, .at = now_});
  EXPECT_FALSE(LastSent());
  Wait(milliseconds{300});

  ASSERT_TRUE(LastSent());
  EXPECT_EQ(LastSent()->quantity, D("0.1"));
  EXPECT_NE(LastSent()->id, stop->id);
}

TEST_F(EngineOrdersTest, KeepsProtectionUnderTheKillSwitchAndOwnsItUnderHalt) {
  const auto entry = Place(Bracket());
  Fill(*entry, "50000", D("0.1"));
  out_.Clear();
  Permit(/*is_halted=*/false, /*is_killed=*/true);
  EXPECT_EQ(engine_->oms().open_orders().size(), 2U);
  Mark("48900");
  EXPECT_TRUE(LastSent());

  Permit(/*is_halted=*/true);
  for (const model::Order& order : engine_->oms().open_orders()) {
    EXPECT_FALSE(order.is_waiting);
  }
}

TEST_F(EngineOrdersTest, EndsADayOrderWithItsDay) {
  model::NewOrder order{.type = model::OrderType::kStop,
                        .time_in_force = model::TimeInForce::kDay,
                        .origin = model::Origin::kOperator,
                        .quantity = D("0.1"),
                        .stop_price = D("60000")};
  Place(order);
  order.type = model::OrderType::kLimit;
  order.stop_price.reset();
  order.limit_price = D("40000");
  const auto limit = Place(order);
  ASSERT_TRUE(limit);
  Give(model::OrderSent{.order_id = limit->id, .at = now_});
  Wait(hours{2});

  ASSERT_EQ(engine_->oms().open_orders().size(), 1U);
  EXPECT_EQ(Count<model::SendCancel>(), 1);
  out_.Clear();
  Give(model::OrderEnded{.order_id = limit->id, .at = now_});
  const auto& ended = std::get<model::OrderChanged>(out_.list()[0]).order;
  EXPECT_EQ(ended.status, model::OrderStatus::kExpired);
}

TEST_F(EngineOrdersTest, ReplacesWithinItsBudget) {
  const auto place = [&] {
    return Place({.type = model::OrderType::kLimit,
                  .origin = model::Origin::kOperator,
                  .quantity = D("0.1"),
                  .limit_price = D("49000")});
  };
  const auto first = place();
  ASSERT_TRUE(first);
  Give(model::OrderSent{.order_id = first->id, .at = now_});
  Give(model::ReplaceOrder{.order_id = first->id, .limit_price = D("49500"), .at = now_});
  out_.Clear();
  Give(model::OrderEnded{.order_id = first->id, .at = now_});
  ASSERT_TRUE(LastSent());
  EXPECT_EQ(LastSent()->limit_price, D("49500"));
  EXPECT_EQ(LastSent()->replaces, first->id);

  Give(model::OrderSent{.order_id = LastSent()->id, .at = now_});
  const model::OrderId second = LastSent()->id;
  Give(model::ReplaceOrder{.order_id = second, .limit_price = D("49600"), .at = now_});
  Give(model::CancelRejected{.order_id = second, .at = now_});
  out_.Clear();
  Give(model::ReplaceOrder{.order_id = second, .limit_price = D("49700"), .at = now_});
  ASSERT_EQ(Count<model::OrderDenied>(), 1);
  EXPECT_EQ(Count<model::SendCancel>(), 0);
}

// The two columns of the truth table that no gate is asked about.
TEST_F(EngineOrdersTest, LetsCancelsThroughAndReplacesEntriesAsTheTableOfTheStopsSays) {
  for (const risk::LatticeRow& row : risk::HaltLattice()) {
    for (const risk::Request request : {risk::Request::kCancel, risk::Request::kReplace}) {
      SCOPED_TRACE(std::string(model::Name(row.mode)) + ", " + std::string(risk::Name(request)));
      Start({});
      const auto entry = Place({.type = model::OrderType::kLimit,
                                .origin = model::Origin::kOperator,
                                .quantity = D("0.1"),
                                .limit_price = D("49000")});
      ASSERT_TRUE(entry);
      Give(model::OrderSent{.order_id = entry->id, .at = now_});
      Give(model::OrderAccepted{.order_id = entry->id, .at = now_});
      Permit(row.mode == model::StopMode::kHalted, row.mode == model::StopMode::kKilled);
      if (row.mode == model::StopMode::kReduceOnly || row.mode == model::StopMode::kCancelOnly) {
        Give(model::ScopesRead{.modes = {.account = row.mode}, .at = now_});
      }
      if (request == risk::Request::kCancel) {
        Give(model::CancelOrder{.order_id = entry->id, .at = now_});
        EXPECT_EQ(Count<model::SendCancel>() > 0, risk::Allows(row.mode, request, false));
        continue;
      }
      Give(model::ReplaceOrder{.order_id = entry->id, .limit_price = D("49500"), .at = now_});
      out_.Clear();
      Give(model::OrderEnded{.order_id = entry->id, .at = now_});
      EXPECT_EQ(LastSent().has_value(), risk::Allows(row.mode, request, false));
    }
  }
}

TEST_F(EngineOrdersTest, OpensAShortOnlyWhereTheAccountMayAndKeepsItsCollateral) {
  EXPECT_FALSE(Place(Short()));
  Start({.mode = model::AccountMode::kMargin, .leverage = D("1")});
  const auto order = Place(Short());
  ASSERT_TRUE(order);
  EXPECT_EQ(books().blocked_cash, D("5050"));
  Fill(*order, "50000", D("0.1"));

  EXPECT_EQ(books().blocked_cash, D("10000"));
  EXPECT_EQ(books().cash, D("95000"));
  EXPECT_EQ(engine_->Equity(), D("100000"));
  const auto close = Place({.intent = model::Intent::kCloseShort,
                            .origin = model::Origin::kOperator,
                            .reduce_only = true,
                            .quantity = D("0.1")});
  ASSERT_TRUE(close);
  Fill(*close, "49000", D("0.1"));
  EXPECT_EQ(books().cash, D("100100"));
  EXPECT_EQ(books().blocked_cash, D("0"));
}

TEST_F(EngineOrdersTest, BooksBorrowingForEachDayAndTheRestWhenTheShortIsClosed) {
  Start({.mode = model::AccountMode::kMargin, .leverage = D("1")});
  const auto order = Place(Short());
  Fill(*order, "50000", D("0.1"));
  out_.Clear();
  Wait(hours{60});
  EXPECT_EQ(Count<model::BooksAdjusted>(), 1);
  EXPECT_EQ(books().borrow_fees_paid, D("2"));  // 5,000 x 2 bps x 2 days.
  Wait(hours{1});
  EXPECT_EQ(books().borrow_fees_paid, D("2"));

  now_ -= hours{1};
  const auto close = Place({.intent = model::Intent::kCloseShort,
                            .origin = model::Origin::kOperator,
                            .reduce_only = true,
                            .quantity = D("0.1")});
  Fill(*close, "50000", D("0.1"));
  EXPECT_EQ(books().borrow_fees_paid, D("2.54166667"));  // And 13 hours.
}

TEST_F(EngineOrdersTest, LiquidatesAShortUnderHalt) {
  Start({.mode = model::AccountMode::kMargin, .leverage = D("1")});
  Fill(*Place(Short()), "50000", D("0.1"));
  out_.Clear();
  Permit(/*is_halted=*/true);

  ASSERT_TRUE(LastSent());
  EXPECT_EQ(LastSent()->side, model::Side::kBuy);
  Fill(*LastSent(), "50000", D("0.1"));
  Give(model::Timer{.at = now_});
  EXPECT_EQ(engine_->run_state(), model::RunState::kHalted);
}

TEST_F(EngineOrdersTest, BooksASplitAndADividendOnce) {
  Fill(*Place({.origin = model::Origin::kOperator, .quantity = D("0.1")}), "50000", D("0.1"));
  const model::CorporateAction split{.id = model::TradeId("split-1"), .new_shares = 2, .at = now_};
  Give(split);
  Give(split);
  EXPECT_EQ(books().positions[0].quantity, D("0.2"));
  EXPECT_EQ(books().positions[0].cost, D("5000"));
  Give(model::CorporateAction{.kind = model::CorporateAction::Kind::kDividend,
                              .id = model::TradeId("div-1"),
                              .cash_per_share = D("10"),
                              .at = now_});
  EXPECT_EQ(books().cash, D("95002"));
}

TEST(FeeConversionTest, ValuesAFeeInQuoteBaseAndThirdCurrency) {
  model::InstrumentTable instruments;
  ASSERT_TRUE(instruments.Add(*model::DefaultInstrument("BTCUSDT")));
  ASSERT_TRUE(instruments.Add(*model::DefaultInstrument("BNBUSDT")));
  std::array<risk::Mark, model::kInstrumentsMax> marks;
  marks[1].price = D("600");
  const auto convert = [&](std::string_view currency, const char* charged) {
    return WithFeeInAccountCurrency({.price = D("50000"),
                                     .quantity = D("1"),
                                     .fee_currency = model::Currency(currency),
                                     .fee_charged = D(charged)},
                                    instruments, marks);
  };

  EXPECT_EQ(convert("USDT", "5")->fee, D("5"));
  EXPECT_EQ(convert("BTC", "0.0001")->fee, D("5"));
  EXPECT_EQ(convert("BTC", "0.0001")->fee_quantity, D("0.0001"));
  EXPECT_EQ(convert("BNB", "0.01")->fee, D("6"));
  EXPECT_FALSE(convert("DOGE", "1"));
}

}  // namespace
}  // namespace bulwark::engine

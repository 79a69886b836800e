// Goal: the books stay exact whatever the venue says, in whatever order, how often ever.
// Method: each rule by hand; oms_model_test.cc tries them all at random.

#include "oms/oms.h"

#include <chrono>
#include <cstdint>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/venue_report.h"
#include "risk/gate.h"
#include "risk/guard_input.h"
#include "risk/wide_limits.h"

namespace bulwark::oms {
namespace {

constexpr base::UnixNanos kNow{std::chrono::seconds{1'700'000'000}};

base::Decimal D(const char* text) {
  return *base::Decimal::Parse(text);
}

model::OrderId Id(std::uint64_t sequence) {
  return base::Uuid::Derive(1, 1, sequence);
}

// Approvals come from a real gate whose state permits everything.
risk::Approved<model::NewOrder> Approve(const model::NewOrder& order,
                                        const model::Portfolio& books) {
  const model::Instrument instrument = *model::DefaultInstrument("BTCUSDT");
  const risk::Gate gate(risk::GateLimits{.entry = risk::WideLimits()});
  risk::GateState state;
  state.is_halted = state.is_killed = false;
  state.is_redis_ok = state.is_ledger_ok = state.is_venue_up = state.is_feed_up = true;
  state.are_books_reconciled = true;
  state.permit_at = kNow;
  state.marks[0] = {.price = D("100"), .received_at = kNow};
  const risk::BookFigures figures{.free_cash = books.cash,
                                  .equity = D("100000"),
                                  .owned_quantity = books.positions[0].owned(),
                                  .free_quantity = books.positions[0].quantity,
                                  .gross_exposure = base::Decimal(),
                                  .sector_exposure = base::Decimal()};
  return std::get<risk::Approved<model::NewOrder>>(gate.Check(
      {.order = order, .instrument = instrument, .state = state, .books = figures, .now = kNow}));
}

model::NewOrder Buy(base::Decimal quantity) {
  return {.quantity = quantity};
}

model::NewOrder Sell(base::Decimal quantity) {
  return {.side = model::Side::kSell,
          .intent = model::Intent::kCloseLong,
          .reduce_only = true,
          .quantity = quantity};
}

model::OrderFilled FillOf(std::uint64_t order, const char* trade, model::Side side,
                          base::Decimal price, base::Decimal quantity) {
  model::Fill fill{.order_id = Id(order), .trade_id = model::TradeId(trade), .side = side};
  fill.price = price;
  fill.quantity = quantity;
  fill.fee = D("0.01");
  fill.at = kNow;
  return {.fill = fill, .venue_order_id = model::VenueOrderId("V-1")};
}

class OmsTest : public testing::Test {
 protected:
  OmsTest() : oms_(OpeningBooks{.portfolio = {.cash = D("1000")}}) {}

  void Submit(std::uint64_t order, const model::NewOrder& wish, const char* reserve) {
    oms_.Submit(Approve(wish, oms_.portfolio()), Id(order), D(reserve), kNow, out_);
  }

  template <class T>
  int Count() const {
    int count = 0;
    for (const model::Action& action : out_) {
      count += std::holds_alternative<T>(action) ? 1 : 0;
    }
    return count;
  }

  model::Order Last() const {
    model::Order last;
    for (const model::Action& action : out_) {
      if (const auto* changed = std::get_if<model::OrderChanged>(&action)) {
        last = changed->order;
      }
    }
    return last;
  }

  Oms oms_;
  model::ActionBuffer out_;
};

TEST_F(OmsTest, WritesTheIntentBeforeItAsksForTheSend) {
  Submit(1, Buy(D("2")), "210");

  ASSERT_EQ(out_.size(), 3U);
  EXPECT_EQ(std::get<model::OrderChanged>(out_.list()[0]).order.status,
            model::OrderStatus::kPending);
  EXPECT_TRUE(std::holds_alternative<model::PortfolioChanged>(out_.list()[1]));
  EXPECT_TRUE(std::holds_alternative<model::SendOrder>(out_.list()[2]));
  EXPECT_EQ(oms_.portfolio().cash, D("790"));
  EXPECT_EQ(oms_.portfolio().blocked_cash, D("210"));
}

TEST_F(OmsTest, BooksPartialFillsAndReleasesTheRest) {
  Submit(1, Buy(D("2")), "210");
  oms_.On(model::OrderSent{.order_id = Id(1)}, kNow, out_);
  oms_.On(FillOf(1, "T1", model::Side::kBuy, D("100"), D("0.5")), kNow, out_);

  EXPECT_EQ(Last().status, model::OrderStatus::kPartiallyFilled);
  EXPECT_EQ(oms_.portfolio().blocked_cash, D("157.5"));
  EXPECT_EQ(oms_.portfolio().cash, D("792.49"));

  oms_.On(FillOf(1, "T2", model::Side::kBuy, D("101"), D("1.5")), kNow, out_);
  EXPECT_EQ(Last().status, model::OrderStatus::kFilled);
  EXPECT_EQ(Last().average_fill_price(), D("100.75"));
  EXPECT_EQ(oms_.portfolio().blocked_cash, D("0"));
  EXPECT_EQ(oms_.portfolio().cash, D("798.48"));
  EXPECT_EQ(oms_.portfolio().positions[0].quantity, D("2"));
  EXPECT_TRUE(oms_.open_orders().empty());
}

TEST_F(OmsTest, IgnoresATradeItHasSeen) {
  Submit(1, Buy(D("2")), "210");
  oms_.On(FillOf(1, "T1", model::Side::kBuy, D("100"), D("1")), kNow, out_);
  const model::Portfolio before = oms_.portfolio();

  oms_.On(FillOf(1, "T1", model::Side::kBuy, D("100"), D("1")), kNow, out_);

  EXPECT_EQ(oms_.portfolio(), before);
  EXPECT_EQ(oms_.duplicate_fills(), 1U);
}

TEST_F(OmsTest, BlocksTheQuantityOfAClosingOrderAndGivesItBack) {
  Submit(1, Buy(D("2")), "210");
  oms_.On(FillOf(1, "T1", model::Side::kBuy, D("100"), D("2")), kNow, out_);
  Submit(2, Sell(D("2")), "0");
  EXPECT_EQ(oms_.portfolio().positions[0].quantity, D("0"));
  EXPECT_EQ(oms_.portfolio().positions[0].blocked_quantity, D("2"));

  oms_.On(FillOf(2, "T2", model::Side::kSell, D("110"), D("0.5")), kNow, out_);
  oms_.On(model::OrderEnded{.order_id = Id(2), .cumulative_filled = D("0.5")}, kNow, out_);

  EXPECT_EQ(Last().status, model::OrderStatus::kCancelled);
  EXPECT_EQ(oms_.portfolio().positions[0].quantity, D("1.5"));
  EXPECT_EQ(oms_.portfolio().positions[0].blocked_quantity, D("0"));
  EXPECT_EQ(oms_.portfolio().realised_pnl, D("4.98"));
}

TEST_F(OmsTest, RevertsAnOrderThatCertainlyDidNotLeave) {
  Submit(1, Buy(D("2")), "210");
  oms_.On(model::OrderNotSent{.order_id = Id(1), .reason = model::Reason("halted")}, kNow, out_);

  EXPECT_EQ(Last().status, model::OrderStatus::kFailed);
  EXPECT_EQ(oms_.portfolio().cash, D("1000"));
  EXPECT_EQ(oms_.portfolio().blocked_cash, D("0"));
}

TEST_F(OmsTest, BooksALateFillAndRaisesIt) {
  Submit(1, Buy(D("2")), "210");
  oms_.On(model::OrderEnded{.order_id = Id(1)}, kNow, out_);
  oms_.On(FillOf(1, "T1", model::Side::kBuy, D("100"), D("1")), kNow, out_);

  EXPECT_EQ(oms_.portfolio().positions[0].quantity, D("1"));
  EXPECT_EQ(oms_.portfolio().cash, D("899.99"));
  EXPECT_EQ(Count<model::AlertRaised>(), 1);
  EXPECT_TRUE(oms_.are_books_doubtful());
}

TEST_F(OmsTest, BooksAFillForAnOrderItNeverMadeAndRaisesIt) {
  oms_.On(FillOf(9, "T1", model::Side::kBuy, D("100"), D("1")), kNow, out_);

  EXPECT_EQ(oms_.portfolio().cash, D("899.99"));
  EXPECT_EQ(Count<model::FillBooked>(), 1);
  EXPECT_EQ(Count<model::AlertRaised>(), 1);
  EXPECT_TRUE(oms_.are_books_doubtful());
}

TEST_F(OmsTest, BooksAnOverfillWholeAndRaisesIt) {
  Submit(1, Buy(D("1")), "110");
  oms_.On(FillOf(1, "T1", model::Side::kBuy, D("100"), D("1.5")), kNow, out_);

  EXPECT_EQ(Last().status, model::OrderStatus::kFilled);
  EXPECT_EQ(Last().filled_quantity, D("1.5"));
  EXPECT_EQ(oms_.portfolio().positions[0].quantity, D("1.5"));
  EXPECT_TRUE(oms_.are_books_doubtful());
}

TEST_F(OmsTest, DoubtsTheBooksWhenAnOrderEndsWithFillsItHasNotSeen) {
  Submit(1, Buy(D("1")), "110");
  oms_.On(model::OrderEnded{.order_id = Id(1), .cumulative_filled = D("0.5")}, kNow, out_);

  EXPECT_TRUE(oms_.are_books_doubtful());
}

}  // namespace
}  // namespace bulwark::oms

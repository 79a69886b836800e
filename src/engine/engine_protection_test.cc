// Goal: nothing is sent a second time, and a position keeps its stop, whatever the venue says in
//       whatever order, and over a restart.
// Method: brackets and replacements by a person, a mark moved by hand, a venue played by hand; a
//         restart is an engine made from the books and the open orders.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "engine/engine_testing.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/event.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/venue_report.h"
#include "oms/oms.h"
#include "risk/wide_limits.h"

namespace bulwark::engine {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing_support::D;
using testing_support::EngineFixture;

class EngineProtectionTest : public EngineFixture {
 protected:
  EngineProtectionTest() {
    AddInstrument("BTCUSDT");
    Start({.portfolio = {.cash = D("100000")}});
    Permit();
    Tick("50000");
    out_.Clear();
  }

  void Start(const oms::OpeningBooks& books, std::size_t open_orders_max = 256) {
    Build({.options = {.epoch = ++epoch_, .risk_fraction = D("0.1"), .replaces_per_minute = 9},
           .limits = {.data_age_max = hours{1000},
                      .open_orders_max = open_orders_max,
                      .entry = risk::WideLimits()},
           .books = books});
    SetLink(true);
    Give(model::VenueBooks{.cash = D("100000"), .at = now_});
    out_.Clear();
  }
  void Restart() { Start({.portfolio = books(), .open_orders = engine_->oms().open_orders()}); }

  // Sent to the venue, and known there.
  model::Order PlaceAtVenue(const model::NewOrder& order) {
    const auto sent = Place(order);
    EXPECT_TRUE(sent);
    Give(model::OrderSent{.order_id = sent->id, .at = now_});
    return *sent;
  }
  [[nodiscard]] base::Decimal SentQuantity() const {
    base::Decimal sum;
    for (const model::Action& action : out_) {
      const auto* send = std::get_if<model::SendOrder>(&action);
      sum += send == nullptr ? base::Decimal() : send->order.quantity;
    }
    return sum;
  }
  void Fill(const model::Order& order, const char* price, const char* quantity) {
    EngineFixture::Fill(order, price, D(quantity));
  }
  void EndOf(const model::Order& order, const char* filled,
             model::OrderEnd end = model::OrderEnd::kCancelled) {
    Give(model::OrderEnded{
        .order_id = order.id, .end = end, .cumulative_filled = D(filled), .at = now_});
  }
  [[nodiscard]] int Alerts(std::string_view event) const {
    return static_cast<int>(std::count_if(out_.begin(), out_.end(), [&](const auto& action) {
      const auto* alert = std::get_if<model::AlertRaised>(&action);
      return alert != nullptr && alert->event.view() == event;
    }));
  }
  [[nodiscard]] std::size_t open() const { return engine_->oms().open_orders().size(); }
  // The newest open order.
  [[nodiscard]] model::Order Newest() const { return engine_->oms().open_orders().back(); }
  [[nodiscard]] std::optional<model::Order> Waiting(model::OrderRole role) const {
    for (const model::Order& order : engine_->oms().open_orders()) {
      if (order.is_waiting && order.role == role) {
        return order;
      }
    }
    return std::nullopt;
  }

  static model::NewOrder Bracket() {
    return {.origin = model::Origin::kOperator,
            .quantity = D("0.1"),
            .protective_stop = D("49000"),
            .profit_target = D("52000")};
  }
  static model::NewOrder Buy(const char* limit = nullptr) {
    model::NewOrder order{.origin = model::Origin::kOperator, .quantity = D("0.1")};
    if (limit != nullptr) {
      order.type = model::OrderType::kLimit;
      order.limit_price = D(limit);
    }
    return order;
  }
  static model::NewOrder Sale(const char* limit) {
    model::NewOrder order = Buy(limit);
    order.side = model::Side::kSell;
    order.intent = model::Intent::kCloseLong;
    order.reduce_only = true;
    return order;
  }
  static model::NewOrder Stop(const char* price) {
    model::NewOrder order = Sale(nullptr);
    order.type = model::OrderType::kStop;
    order.origin = model::Origin::kProtective;
    order.stop_price = D(price);
    return order;
  }
  // A bracket that is filled, and whose stop just left.
  model::Order StopOfABracket() {
    Fill(*Place(Bracket()), "50000", "0.1");
    out_.Clear();
    Tick("48900");
    EXPECT_TRUE(LastSent());
    return *LastSent();
  }

  std::uint64_t epoch_ = 0;
};

TEST_F(EngineProtectionTest, AStopTakesNoMorePlaceWhenItLeavesThanWhileItWaited) {
  Start({.portfolio = {.cash = D("100000")}}, /*open_orders_max=*/2);
  Permit();
  Tick("50000");
  const auto entry = Place(Bracket());
  ASSERT_TRUE(entry.has_value());
  Fill(*entry, "50000", "0.1");
  ASSERT_EQ(open(), 2U);  // The stop and the target.

  out_.Clear();
  Tick("48900");
  EXPECT_EQ(SentQuantity(), D("0.1"));
  EXPECT_EQ(Count<model::OrderDenied>(), 0);
}

TEST_F(EngineProtectionTest, SendsOnlyTheRestOfASaleThatEndedBeforeItsFillsCame) {
  Fill(*Place(Buy()), "50000", "0.1");
  const model::Order sale = PlaceAtVenue(Sale("50000"));
  Give(model::ReplaceOrder{.order_id = sale.id, .limit_price = D("49990"), .at = now_});
  out_.Clear();
  EndOf(sale, "0.06");
  EXPECT_EQ(SentQuantity(), D("0.04"));
  const model::Order second = *LastSent();
  // What is missing stays blocked, whatever the gate would let go.
  EXPECT_EQ(books().positions[0].quantity, D("0"));

  Fill(sale, "50000", "0.06");
  Fill(second, "49990", "0.04");
  EXPECT_TRUE(owned().is_zero());
  EXPECT_EQ(open(), 0U);
}

TEST_F(EngineProtectionTest, ProtectsOnlyTheRestOfAStopThatEndedBeforeItsFillsCame) {
  const model::Order stop = StopOfABracket();
  Give(model::OrderSent{.order_id = stop.id, .at = now_});
  out_.Clear();
  EndOf(stop, "0.06", model::OrderEnd::kExpired);
  EndOf(stop, "0.06", model::OrderEnd::kExpired);
  Wait(seconds{1});
  EXPECT_EQ(SentQuantity(), D("0.04"));
  const model::Order again = *LastSent();

  Fill(stop, "48900", "0.06");
  Fill(again, "48900", "0.04");
  EXPECT_TRUE(owned().is_zero());
  EXPECT_EQ(open(), 0U);
}

TEST_F(EngineProtectionTest, SendsTheRestOnceWhenARestartFallsBetweenTheEndAndItsFills) {
  const model::Order stop = StopOfABracket();
  Give(model::OrderSent{.order_id = stop.id, .at = now_});
  EndOf(stop, "0.06", model::OrderEnd::kExpired);
  Restart();
  Fill(stop, "48900", "0.06");
  EndOf(stop, "0.06", model::OrderEnd::kExpired);
  Permit();
  Tick("48000");
  Wait(seconds{1});
  EXPECT_EQ(SentQuantity(), D("0.04"));
  Wait(seconds{1});
  EXPECT_EQ(SentQuantity(), D("0.04"));
}

TEST_F(EngineProtectionTest, EndsAnOrderWhoseFillsNeverComeWhenTheBooksEqualTheVenues) {
  Fill(*Place(Buy()), "50000", "0.1");
  const model::Order sale = PlaceAtVenue(Sale("55000"));
  EndOf(sale, "0.06");
  EXPECT_EQ(books().positions[0].quantity, D("0.04"));
  model::VenueBooks venue{.cash = D("95000"), .at = now_ + seconds{1}};
  venue.positions[0] = D("0.1");
  Give(venue);
  EXPECT_EQ(open(), 1U);  // The picture may be older than the end.
  EXPECT_FALSE(engine_->gate_state().are_books_reconciled);

  venue.at = now_ + seconds{10};
  Give(venue);
  EXPECT_EQ(open(), 0U);
  EXPECT_EQ(books().positions[0].quantity, D("0.1"));
  EXPECT_TRUE(engine_->gate_state().are_books_reconciled);
}

TEST_F(EngineProtectionTest, SendsAnEntryReplacedTwiceOnceAndOnlyItsRest) {
  const model::Order first = PlaceAtVenue(Buy("49000"));
  Give(model::ReplaceOrder{.order_id = first.id, .limit_price = D("49100"), .at = now_});
  Give(model::ReplaceOrder{.order_id = Newest().id, .limit_price = D("49200"), .at = now_});
  out_.Clear();
  Wait(milliseconds{100});
  EXPECT_EQ(Newest().armed_quantity, D("0"));
  Fill(first, "49000", "0.06");
  EndOf(first, "0.06");

  ASSERT_TRUE(LastSent());
  EXPECT_EQ(SentQuantity(), D("0.04"));
  EXPECT_EQ(LastSent()->limit_price, D("49200"));
  EXPECT_EQ(LastSent()->replaces, first.id);
}

TEST_F(EngineProtectionTest, SendsAnExitReplacedTwice) {
  Fill(*Place(Buy()), "50000", "0.1");
  const model::Order first = PlaceAtVenue(Sale("51000"));
  Give(model::ReplaceOrder{.order_id = first.id, .limit_price = D("50900"), .at = now_});
  Give(model::ReplaceOrder{.order_id = Newest().id, .limit_price = D("50800"), .at = now_});
  out_.Clear();
  EndOf(first, "0");
  ASSERT_TRUE(LastSent());
  EXPECT_EQ(LastSent()->limit_price, D("50800"));
}

TEST_F(EngineProtectionTest, TellsAReplacementInOneStepWithTheWishToCancel) {
  const model::Order first = PlaceAtVenue(Buy("49000"));
  out_.Clear();
  Give(model::ReplaceOrder{.order_id = first.id, .limit_price = D("49100"), .at = now_});
  for (const model::Action& action : out_) {
    if (const auto* changed = std::get_if<model::OrderChanged>(&action)) {
      EXPECT_EQ(changed->continues, changed->order.id != first.id);
      EXPECT_EQ(changed->order.is_cancel_requested, changed->order.id == first.id);
    }
  }
  EXPECT_EQ(Count<model::OrderChanged>(), 2);
}

TEST_F(EngineProtectionTest, SurvivesTheEndOfAReplacedOrderWhoseCancelNobodyWrote) {
  const model::Order first = PlaceAtVenue(Buy("49000"));
  Give(model::ReplaceOrder{.order_id = first.id, .limit_price = D("49100"), .at = now_});
  auto orders = engine_->oms().open_orders();
  orders[0].is_cancel_requested = false;
  Start({.portfolio = books(), .open_orders = orders});
  EndOf(first, "0");
  EXPECT_EQ(open(), 1U);
}

TEST_F(EngineProtectionTest, ProtectsAnEntryThatEndedBeforeItsFillCame) {
  const model::Order entry = PlaceAtVenue(Bracket());
  EndOf(entry, "0.1");
  Fill(entry, "50000", "0.1");
  out_.Clear();
  Tick("40000");
  EXPECT_EQ(SentQuantity(), D("0.1"));
}

TEST_F(EngineProtectionTest, ProtectsWhatAnEntryFillsAfterItsStopLeft) {
  model::NewOrder wish = Bracket();
  wish.type = model::OrderType::kLimit;
  wish.limit_price = D("49900");
  const model::Order entry = PlaceAtVenue(wish);
  Fill(entry, "49900", "0.04");
  out_.Clear();
  Tick("48900");
  EXPECT_EQ(SentQuantity(), D("0.04"));
  const model::Order stop = *LastSent();
  out_.Clear();
  Fill(entry, "49900", "0.06");
  EXPECT_EQ(SentQuantity(), D("0.06"));

  Fill(stop, "48890", "0.04");
  Fill(*LastSent(), "48880", "0.06");
  EXPECT_TRUE(owned().is_zero());
  EXPECT_EQ(open(), 0U);
}

TEST_F(EngineProtectionTest, LeavesNoLegBehindWhenTheEntryEndsAfterItsStopLeft) {
  model::NewOrder wish = Bracket();
  wish.type = model::OrderType::kLimit;
  wish.limit_price = D("49900");
  const model::Order entry = PlaceAtVenue(wish);
  Fill(entry, "49900", "0.04");
  out_.Clear();
  Tick("48900");
  const model::Order stop = *LastSent();
  EndOf(entry, "0.04");
  Fill(stop, "48890", "0.04");
  EXPECT_EQ(open(), 0U);
}

TEST_F(EngineProtectionTest, NeverCancelsAStopForATarget) {
  const model::Order stop = StopOfABracket();
  Give(model::OrderUnresolved{.order_id = stop.id, .at = now_});
  Wait(seconds{5});
  out_.Clear();
  Tick("52100");
  EXPECT_EQ(Count<model::SendCancel>(), 0);
  Give(model::OrderNotSent{.order_id = stop.id, .at = now_});
  EXPECT_TRUE(Waiting(model::OrderRole::kStop));

  const auto target = LastSent();
  ASSERT_TRUE(target);
  EXPECT_EQ(target->role, model::OrderRole::kTarget);
  Give(model::OrderSent{.order_id = target->id, .at = now_});
  Wait(seconds{1});
  out_.Clear();
  EndOf(*target, "0");
  ASSERT_TRUE(LastSent());
  EXPECT_EQ(LastSent()->role, model::OrderRole::kStop);
}

TEST_F(EngineProtectionTest, SendsTheSuccessorOfAStopThatNeverLeft) {
  const model::Order stop = StopOfABracket();
  Give(model::OrderUnresolved{.order_id = stop.id, .at = now_});
  Give(model::ReplaceOrder{.order_id = stop.id, .stop_price = D("48000"), .at = now_});
  out_.Clear();
  Give(model::OrderNotSent{.order_id = stop.id, .at = now_});
  Wait(seconds{1});
  EXPECT_EQ(SentQuantity(), D("0.1"));
}

TEST_F(EngineProtectionTest, HoldsAStopAgainThatWasLostBeforeTheFirstPermit) {
  const model::Order stop = StopOfABracket();
  Restart();
  Give(model::OrderNotSent{.order_id = stop.id, .at = now_});
  EXPECT_FALSE(LastSent());
  Permit();
  Tick("48000");
  Wait(seconds{1});
  EXPECT_EQ(SentQuantity(), D("0.1"));
}

TEST_F(EngineProtectionTest, LeavesAWorkingStopAtTheVenueWhenTheProgramStops) {
  const model::Order stop = StopOfABracket();
  Give(model::OrderSent{.order_id = stop.id, .at = now_});
  out_.Clear();
  Give(model::Shutdown{.at = now_});
  EXPECT_EQ(Count<model::SendCancel>(), 0);
  EXPECT_EQ(open(), 2U);
}

TEST_F(EngineProtectionTest, DeniesAReplacementThatCouldNeverLeave) {
  Fill(*Place(Bracket()), "50000", "0.1");
  const model::Order stop = *Waiting(model::OrderRole::kStop);
  out_.Clear();
  Give(model::ReplaceOrder{.order_id = stop.id, .stop_price = D("49500.003"), .at = now_});
  EXPECT_EQ(Count<model::OrderDenied>(), 1);
  EXPECT_EQ(Waiting(model::OrderRole::kStop)->id, stop.id);
  Tick("49000");
  EXPECT_EQ(SentQuantity(), D("0.1"));
}

TEST_F(EngineProtectionTest, CancelsARestingSaleThatHoldsUpAStop) {
  Fill(*Place(Buy()), "50000", "0.1");
  Place(Stop("49000"));
  const model::Order sale = PlaceAtVenue(Sale("55000"));
  Tick("48000");
  Wait(seconds{1});
  EXPECT_EQ(Count<model::SendCancel>(), 1);
  out_.Clear();
  EndOf(sale, "0");
  EXPECT_EQ(SentQuantity(), D("0.1"));
}

TEST_F(EngineProtectionTest, KeepsWhatASaleHoldsUpOfAStopThatLeaves) {
  Fill(*Place(Buy()), "50000", "0.1");
  Place(Stop("49000"));
  model::NewOrder part = Sale("55000");
  part.quantity = D("0.03");
  const model::Order sale = PlaceAtVenue(part);
  out_.Clear();
  Tick("48000");
  EXPECT_EQ(SentQuantity(), D("0.07"));
  const model::Order stop = *LastSent();
  Wait(seconds{1});
  out_.Clear();
  EndOf(sale, "0");
  EXPECT_EQ(SentQuantity(), D("0.03"));
  Fill(stop, "48000", "0.07");
  Fill(*LastSent(), "48000", "0.03");
  EXPECT_EQ(open(), 0U);
}

TEST_F(EngineProtectionTest, SellsAgainWhatABustOfTheStopsTradeBroughtBack) {
  const model::Order stop = StopOfABracket();
  Fill(stop, "48900", "0.1");
  out_.Clear();
  Give(model::TradeBusted{
      .fill = {.order_id = stop.id, .trade_id = model::TradeId("T2"), .side = model::Side::kSell},
      .at = now_});
  EXPECT_EQ(Alerts("PROTECTION_LOST"), 1);
  EXPECT_FALSE(engine_->gate_state().are_books_reconciled);
  Wait(seconds{1});
  EXPECT_EQ(SentQuantity(), D("0.1"));
}

TEST_F(EngineProtectionTest, JudgesTheLegsOfABreakoutByItsOwnPrice) {
  model::NewOrder wish = Bracket();
  wish.type = model::OrderType::kStop;
  wish.stop_price = D("52000");
  wish.profit_target = D("51000");
  Place(wish);
  EXPECT_EQ(open(), 0U);
  wish.profit_target = D("53000");
  wish.protective_stop = D("51000");
  Place(wish);
  EXPECT_EQ(open(), 3U);
}

TEST_F(EngineProtectionTest, AsksAVenueThatRefusesEachStopEverMoreSeldom) {
  model::Order stop = StopOfABracket();
  int sent = 0;
  for (int step = 0; step < 1500; ++step) {
    EndOf(stop, "0", model::OrderEnd::kRejected);
    out_.Clear();
    Wait(milliseconds{200});
    if (LastSent()) {
      stop = *LastSent();
      ++sent;
    }
  }
  EXPECT_GE(sent, 10);
  EXPECT_LE(sent, 30);
}

TEST_F(EngineProtectionTest, DropsATriggeredEntryThatTheGateDidNotLetGoInTime) {
  model::NewOrder wish = Buy();
  wish.type = model::OrderType::kStop;
  wish.stop_price = D("50500");
  Place(wish);
  Give(model::VenueLink{.is_up = false, .at = now_});
  Tick("50600");
  EXPECT_EQ(open(), 1U);
  Wait(seconds{11});
  EXPECT_EQ(open(), 0U);
  EXPECT_FALSE(LastSent());
}

}  // namespace
}  // namespace bulwark::engine

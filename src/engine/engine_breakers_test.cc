// Goal: the engine tells the circuit breakers what happens, refuses entries while one stands in the
//       way and never an exit, and hands trips, ends and the highest equity to the ledger.
// Method: an engine under the test's hand with all limits of the documents.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "engine/engine_testing.h"
#include "model/action.h"
#include "model/breaker.h"
#include "model/denial.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"

namespace bulwark::engine {
namespace {

using model::Breaker;
using model::BreakerEvent;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing_support::D;

class EngineBreakersTest : public testing_support::EngineFixture {
 protected:
  EngineBreakersTest() { AddInstrument("BTCUSDT"); }

  void Start(const breakers::Opening& opening = {}) {
    testing_support::Wanted wanted;
    wanted.options.feed_silence_max = hours{1};
    wanted.limits.entry.cooldown = base::Nanos{0};
    wanted.limits.data_age_max = hours{100};
    wanted.options.breakers = {.vix = D("35"),
                               .data_age = seconds{300},
                               .drawdown = D("10"),
                               .daily_loss = D("3"),
                               .drift = D("1"),
                               .heartbeat_age = hours{48},
                               .feed_outage = seconds{30},
                               .losses = 2,
                               .rejects = 2,
                               .venue_errors = 3,
                               .latency = seconds{2}};
    wanted.breakers = opening;
    if (!wanted.breakers.operator_seen_at) {
      wanted.breakers.operator_seen_at = now_;
    }
    Build(std::move(wanted));
    BringUp();
    Wait(milliseconds{20});
    out_.Clear();
  }

  static model::NewOrder Entry() { return {.quantity = D("0.1")}; }
  std::optional<model::Order> Enter() {
    const auto order = Place(Entry());
    if (order) {
      Give(model::OrderAccepted{.order_id = order->id, .at = now_});
    }
    return order;
  }
  std::optional<model::Order> Leave(std::string_view quantity) {
    return Place({.side = model::Side::kSell,
                  .intent = model::Intent::kCloseLong,
                  .reduce_only = true,
                  .quantity = D(quantity)});
  }
  void Buy() {
    const auto order = Enter();
    ASSERT_TRUE(order);
    Fill(*order, "50000", order->quantity);
  }
  // One order a second that the venue refuses.
  void Refuse() {
    const auto order = Place(Entry());
    ASSERT_TRUE(order);
    Give(model::OrderEnded{.order_id = order->id, .end = model::OrderEnd::kRejected, .at = now_});
  }
  [[nodiscard]] std::optional<model::BreakerChanged> Changed() const {
    const auto all = All<model::BreakerChanged>();
    return all.empty() ? std::nullopt : std::optional(all.back());
  }
  [[nodiscard]] bool HasAlert(std::string_view event) const {
    for (const auto& alert : All<model::AlertRaised>()) {
      if (alert.event.view() == event) {
        return true;
      }
    }
    return false;
  }
  void ExpectTripped(Breaker which) {
    ASSERT_TRUE(Changed());
    EXPECT_EQ(Changed()->which, which);
    EXPECT_EQ(Changed()->event, BreakerEvent::kTripped);
    EXPECT_TRUE(HasAlert("CIRCUIT_BREAKER_TRIPPED"));
    EXPECT_EQ(engine_->run_state(), model::RunState::kReduceOnly);
    EXPECT_EQ(Enter(), std::nullopt);
    ASSERT_FALSE(All<model::OrderDenied>().empty());
    EXPECT_EQ(All<model::OrderDenied>().back().denial.code, model::DenialCode::kCircuitBreaker);
  }
};

TEST_F(EngineBreakersTest, TripsOnADaysLossAndStillLetsExitsPass) {
  Start();
  Buy();
  Tick("10000");  // 4 % of the account.
  for (int n = 0; n < 3; ++n) {
    Wait(seconds{1});
  }
  ExpectTripped(Breaker::kDailyLoss);
  EXPECT_EQ(All<model::OrderDenied>().back().denial.limit, D("-3"));
  EXPECT_TRUE(Leave("0.1"));
}

TEST_F(EngineBreakersTest, RefusesAResetWhileTheLossLastsAndWritesThatDown) {
  Start();
  Buy();
  Tick("10000");
  for (int n = 0; n < 3; ++n) {
    Wait(seconds{1});
  }
  out_.Clear();
  Give(model::BreakerReset{.which = Breaker::kDailyLoss, .at = now_});
  EXPECT_FALSE(Changed());
  Wait(seconds{11});
  EXPECT_TRUE(HasAlert("BREAKER_NOT_RESET"));
  ASSERT_TRUE(Changed());
  EXPECT_EQ(Changed()->event, BreakerEvent::kRefused);
}

TEST_F(EngineBreakersTest, CountsLosingRoundTripsUntilAPersonResetsThem) {
  Start();
  for (int n = 0; n < 2; ++n) {
    Buy();
    const auto sale = Leave("0.1");
    ASSERT_TRUE(sale);
    Fill(*sale, "49999", D("0.1"));
    Wait(seconds{1});
  }
  ExpectTripped(Breaker::kConsecutiveLosses);
  out_.Clear();
  Give(model::BreakerReset{.which = Breaker::kConsecutiveLosses, .at = now_});
  ASSERT_TRUE(Changed());
  EXPECT_EQ(Changed()->event, BreakerEvent::kEnded);
  EXPECT_TRUE(Changed()->is_by_operator);
  Wait(milliseconds{20});
  EXPECT_EQ(engine_->run_state(), model::RunState::kRunning);
  EXPECT_TRUE(Enter());
}

TEST_F(EngineBreakersTest, CountsRefusedEntriesAndNoRefusedExits) {
  Start();
  Refuse();
  Wait(seconds{1});
  EXPECT_EQ(engine_->run_state(), model::RunState::kRunning);
  Refuse();
  Wait(seconds{1});
  ExpectTripped(Breaker::kConsecutiveRejects);
}

// Found by a scenario: nobody told the breaker of answers that went with the link.
TEST_F(EngineBreakersTest, CountsWhatTheVenueDoesNotAnswer) {
  Start();
  for (int n = 0; n < 3; ++n) {
    EXPECT_FALSE(HasAlert("CIRCUIT_BREAKER_TRIPPED"));
    const auto order = Place(Entry());
    ASSERT_TRUE(order);
    Give(model::OrderSent{.order_id = order->id, .at = now_});
    SetLink(false);
    SetLink(true);
    Give(model::OrderNotSent{.order_id = order->id, .at = now_});
    Wait(seconds{1});
  }
  ExpectTripped(Breaker::kVenueErrors);
}

TEST_F(EngineBreakersTest, BlamesNoLostLinkForOrdersThatWereAnswered) {
  Start();
  for (int n = 0; n < 3; ++n) {
    const auto order = Place(Entry());
    ASSERT_TRUE(order);
    Give(model::OrderSent{.order_id = order->id, .at = now_});
    Give(model::OrderAccepted{
        .order_id = order->id, .venue_order_id = model::VenueOrderId("v1"), .at = now_});
    SetLink(false);
    SetLink(true);
    Fill(*order, "50000", order->quantity);
    Wait(seconds{1});
  }
  EXPECT_FALSE(HasAlert("CIRCUIT_BREAKER_TRIPPED"));
}

TEST_F(EngineBreakersTest, BlamesNotTheVenueForWhatAStopHeldBack) {
  Start();
  const auto order = Place(Entry());
  ASSERT_TRUE(order);
  Permit(false, true);
  for (int n = 0; n < 5; ++n) {
    Give(model::OrderNotSent{.order_id = order->id, .at = now_});
  }
  Wait(seconds{1});
  EXPECT_FALSE(HasAlert("CIRCUIT_BREAKER_TRIPPED"));
}

TEST_F(EngineBreakersTest, MeasuresTheFirstAnswerOfTheVenue) {
  Start();
  for (int n = 0; n < 5; ++n) {
    const auto order = Place(Entry());
    ASSERT_TRUE(order);
    Give(model::OrderSent{.order_id = order->id, .at = now_});
    now_ += seconds{3};
    Give(model::OrderAccepted{
        .order_id = order->id, .venue_order_id = model::VenueOrderId("v1"), .at = now_});
    Fill(*order, "50000", order->quantity);
    const auto sale = Leave("0.1");
    ASSERT_TRUE(sale);
    Fill(*sale, "50001", D("0.1"));
    Wait(milliseconds{20});
  }
  ExpectTripped(Breaker::kLatency);
}

TEST_F(EngineBreakersTest, TripsWhenTheVenueHoldsSomethingElseTwice) {
  Start();
  const model::VenueBooks wrong{.cash = D("90000"), .at = now_};
  Give(wrong);
  Give(model::VenueBooks{.cash = D("100000"), .at = now_});
  Wait(milliseconds{20});
  EXPECT_EQ(engine_->run_state(), model::RunState::kRunning);
  Give(wrong);
  Give(wrong);
  Wait(milliseconds{20});
  Give(model::VenueBooks{.cash = D("100000"), .at = now_});  // Healed, and still latched.
  ExpectTripped(Breaker::kReconciliation);
}

TEST_F(EngineBreakersTest, NeedsASignOfLife) {
  Start({.operator_seen_at = now_ - hours{47}});
  EXPECT_EQ(engine_->run_state(), model::RunState::kRunning);
  Wait(seconds{3'599});
  Tick("50000");
  EXPECT_EQ(engine_->run_state(), model::RunState::kReduceOnly);  // Stale data by now.
  Wait(seconds{2});
  out_.Clear();
  Give(model::OperatorSeen{.seen_at = now_, .at = now_});
  ASSERT_TRUE(Changed());
  EXPECT_EQ(Changed()->which, Breaker::kDeadMan);
  EXPECT_EQ(Changed()->event, BreakerEvent::kEnded);
}

TEST_F(EngineBreakersTest, WarnsBeforeTheOperatorCountsAsDead) {
  Start();
  Wait(hours{25});
  EXPECT_TRUE(HasAlert("DEAD_MAN_WARNING"));
  out_.Clear();
  Wait(hours{1});
  EXPECT_FALSE(HasAlert("DEAD_MAN_WARNING"));
  Wait(hours{13});
  EXPECT_TRUE(HasAlert("DEAD_MAN_WARNING"));
}

TEST_F(EngineBreakersTest, ReadsTheVixAndTheSession) {
  Start();
  Give(model::MarketSession{.is_open = false, .at = now_});
  Wait(seconds{400});
  EXPECT_EQ(engine_->run_state(), model::RunState::kRunning);
  Give(model::VixRead{.level = D("36"), .read_at = now_, .at = now_});
  Wait(seconds{1});
  Give(model::VixRead{.level = D("36"), .read_at = now_, .at = now_});
  Wait(milliseconds{20});
  ExpectTripped(Breaker::kVixSpike);
}

TEST_F(EngineBreakersTest, HoldsAnEarlierTripBeforeTheFirstTimer) {
  testing_support::Wanted wanted;
  wanted.options.breakers = {.rejects = 2};
  wanted.breakers.latched.at(model::IndexOf(Breaker::kConsecutiveRejects)) = {.value = D("2"),
                                                                              .at = now_};
  Build(std::move(wanted));
  BringUp();

  EXPECT_EQ(Place(Entry()), std::nullopt);

  ASSERT_EQ(Count<model::OrderDenied>(), 1);
  EXPECT_EQ(All<model::OrderDenied>()[0].denial,
            (model::Denial{model::DenialCode::kCircuitBreaker, D("2"), D("2")}));
}

TEST_F(EngineBreakersTest, KeepsAnEarlierTripAndTheHighestEquity) {
  breakers::Opening opening{.peak_equity = D("120000")};
  opening.latched.at(model::IndexOf(Breaker::kDrawdown)) = {.value = D("17"), .at = now_};
  Start(opening);
  EXPECT_EQ(Enter(), std::nullopt);
  Wait(seconds{1});
  Give(model::BreakerReset{.which = Breaker::kDrawdown, .at = now_});
  for (int n = 0; n < 4; ++n) {
    Wait(seconds{1});
  }
  std::optional<model::AnchorSet> peak;
  for (const auto& anchor : All<model::AnchorSet>()) {
    peak = anchor.kind == model::AnchorKind::kPeak ? std::optional(anchor) : peak;
  }
  ASSERT_TRUE(peak);
  EXPECT_EQ(peak->equity, D("100000"));
  EXPECT_TRUE(Enter());
}

}  // namespace
}  // namespace bulwark::engine

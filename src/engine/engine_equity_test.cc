// Goal: losses make entries smaller, then end them, then halt; exits pass all the time; all of it
//       goes to the ledger and is there again after a restart.
// Method: an engine under the test's hand that owns something whose price the test moves. A restart
//         is an engine made from what the first one had handed over.

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "breakers/board.h"
#include "engine/engine.h"
#include "engine/engine_testing.h"
#include "model/action.h"
#include "model/denial.h"
#include "model/event.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/signal.h"
#include "model/watchdog.h"
#include "oms/oms.h"
#include "strategy/strategy.h"

namespace bulwark::engine {
namespace {

using model::AnchorKind;
using model::WatchdogLevel;
using std::chrono::hours;
using std::chrono::seconds;
using testing_support::D;

// Wants to buy at each bar.
class EagerStrategy final : public strategy::Strategy {
 public:
  std::optional<model::Signal> OnBar(const model::Bar& bar) override {
    return model::Signal{.instrument = bar.instrument,
                         .direction = model::Direction::kLong,
                         .confidence = 1.0,
                         .strategy = name()};
  }
  [[nodiscard]] model::StrategyName name() const override { return model::StrategyName("silent"); }
  [[nodiscard]] std::size_t warm_up_bars() const override { return 0; }
};

class EngineEquityTest : public testing_support::EngineFixture {
 protected:
  EngineEquityTest() {
    AddInstrument("BTCUSDT");
    AddInstrument("ETHUSDT");
    books_.portfolio.cash = D("50000");
    books_.portfolio.positions[0] = {.quantity = D("1"), .cost = D("50000")};
  }

  // 100,000: half of it in one coin at 50,000.
  void Start(const breakers::Opening& opening = {}) {
    testing_support::Wanted wanted;
    wanted.strategy = std::make_unique<EagerStrategy>();
    wanted.options.feed_silence_max = hours{1};
    wanted.options.watchdog = {
        .warn = D("5"), .stop = D("8"), .week = D("15"), .factor = D("0.5"), .recovery = 3};
    wanted.options.session_drawdown = D("10");
    wanted.limits.data_age_max = hours{100};
    wanted.limits.entry.cooldown = base::Nanos{0};
    wanted.books = books_;
    wanted.breakers = opening;
    Build(std::move(wanted));
    SetLink(true);
    model::VenueBooks venue{.cash = D("50000"), .at = now_};
    venue.positions[0] = D("1");
    Give(venue);
    Permit();
    Tick("50000");
    Tick("1000", 1);
    Seconds(3);
    out_.Clear();
  }
  void Seconds(int count) {
    for (int n = 0; n < count; ++n) {
      Wait(seconds{1});
    }
  }
  void MoveTo(std::string_view price, int for_seconds = 1) {
    Tick(price);
    Seconds(for_seconds);
  }
  // What the strategy buys of the other instrument.
  std::optional<base::Decimal> Bought() {
    Give(model::Bar{.instrument = {1},
                    .open = D("1000"),
                    .high = D("1000"),
                    .low = D("1000"),
                    .close = D("1000"),
                    .close_at = now_,
                    .received_at = now_});
    const auto sent = LastSent();
    return sent ? std::optional(sent->quantity) : std::nullopt;
  }
  [[nodiscard]] std::optional<base::Decimal> Kept(AnchorKind kind) const {
    std::optional<base::Decimal> kept;
    for (const auto& anchor : All<model::AnchorSet>()) {
      kept = anchor.kind == kind ? std::optional(anchor.equity) : kept;
    }
    return kept;
  }
  [[nodiscard]] int Alerts(std::string_view event) const {
    int count = 0;
    for (const auto& alert : All<model::AlertRaised>()) {
      count += alert.event.view() == event ? 1 : 0;
    }
    return count;
  }
  [[nodiscard]] std::optional<model::DenialCode> LastDenial() const {
    const auto denied = All<model::OrderDenied>();
    return denied.empty() ? std::nullopt : std::optional(denied.back().denial.code);
  }

  oms::OpeningBooks books_;
};

TEST_F(EngineEquityTest, EntersWithTheFullSizeWhileNothingIsLost) {
  Start();
  EXPECT_EQ(Bought(), D("5"));  // A tenth of 50,000.
}

TEST_F(EngineEquityTest, EntersWithHalfTheSizeAfterALoss) {
  Start();
  MoveTo("45000");  // 5 % of 100,000.
  EXPECT_EQ(Kept(AnchorKind::kWatchdog), D("0.5"));
  EXPECT_EQ(Alerts("WATCHDOG_REDUCED"), 1);
  EXPECT_EQ(Bought(), D("2.5"));
}

TEST_F(EngineEquityTest, EntersNothingAfterALargerLossAndStillLetsExitsPass) {
  Start();
  MoveTo("42000");
  EXPECT_EQ(Kept(AnchorKind::kWatchdog), D("0"));
  EXPECT_EQ(Alerts("WATCHDOG_STOPPED"), 1);
  EXPECT_EQ(Bought(), std::nullopt);
  EXPECT_EQ(LastDenial(), model::DenialCode::kWatchdog);
  EXPECT_EQ(All<model::OrderDenied>().back().denial.value, D("8"));
  EXPECT_TRUE(Place({.side = model::Side::kSell,
                     .intent = model::Intent::kCloseLong,
                     .reduce_only = true,
                     .quantity = D("1")}));
}

TEST_F(EngineEquityTest, EntersWithTheFullSizeAgainOnlyAfterTheWait) {
  Start();
  MoveTo("42000");
  MoveTo("50000", 2);
  EXPECT_EQ(Bought(), std::nullopt);
  Seconds(1);
  EXPECT_EQ(Kept(AnchorKind::kWatchdog), D("1"));
  EXPECT_EQ(Alerts("WATCHDOG_RECOVERED"), 1);
  EXPECT_EQ(Bought(), D("5"));
}

TEST_F(EngineEquityTest, EntersNothingAfterARestartInTheMiddleOfTheWait) {
  Start({.peak_equity = D("100000"), .watchdog_factor = D("0")});
  out_.Clear();
  // Three measurements of the start were good; a fourth of another run is needed by no rule.
  EXPECT_EQ(engine_->WatchdogView().level, WatchdogLevel::kFull);
  Start({.peak_equity = D("108000"), .watchdog_factor = D("0")});
  EXPECT_EQ(engine_->WatchdogView().level, WatchdogLevel::kReduced);
  Start({.peak_equity = D("110000"), .watchdog_factor = D("0")});
  EXPECT_EQ(engine_->WatchdogView().level, WatchdogLevel::kStopped);
  EXPECT_EQ(Bought(), std::nullopt);
}

TEST_F(EngineEquityTest, HaltsAndSellsWhenTheSessionLostItsLimit) {
  Start();
  MoveTo("40000", 2);
  EXPECT_FALSE(engine_->wants_halt());
  Seconds(1);
  EXPECT_TRUE(engine_->wants_halt());
  EXPECT_EQ(Alerts("SYSTEM_HALT"), 1);
  EXPECT_EQ(All<model::AlertRaised>().back().reason.view(), kSessionLimitReason);
  EXPECT_EQ(engine_->run_state(), model::RunState::kHalting);
  ASSERT_TRUE(LastSent());
  EXPECT_EQ(LastSent()->origin, model::Origin::kLiquidation);
  EXPECT_EQ(LastSent()->quantity, D("1"));
}

TEST_F(EngineEquityTest, StaysHaltedThroughPermitsThatDoNotKnowOfIt) {
  Start();
  MoveTo("40000", 5);
  EXPECT_TRUE(engine_->wants_halt());
  EXPECT_EQ(Alerts("SYSTEM_HALT"), 1);
  EXPECT_EQ(Alerts("SYSTEM_RESUMED"), 0);
  out_.Clear();
  EXPECT_EQ(Bought(), std::nullopt);
  EXPECT_EQ(LastDenial(), model::DenialCode::kHalted);
}

TEST_F(EngineEquityTest, BeginsAnotherSessionWhenThePersonEndsTheHalt) {
  Start();
  MoveTo("40000", 3);
  out_.Clear();
  Permit(true);
  Give(model::Timer{.at = now_});
  EXPECT_FALSE(engine_->wants_halt());
  EXPECT_EQ(Alerts("SYSTEM_HALT"), 0);
  EXPECT_EQ(Kept(AnchorKind::kSession), D("0"));
  out_.Clear();
  Seconds(20);
  EXPECT_FALSE(engine_->wants_halt());
  EXPECT_EQ(Alerts("SYSTEM_RESUMED"), 1);
  EXPECT_EQ(Kept(AnchorKind::kSession), D("90000"));
}

TEST_F(EngineEquityTest, GoesOnWithTheSessionAfterARestart) {
  Start();
  MoveTo("60000", 15);
  EXPECT_EQ(Kept(AnchorKind::kSession), D("110000"));
  Start({.peak_equity = D("110000"), .session_peak = D("110000")});
  EXPECT_FALSE(engine_->wants_halt());  // 100,000 is 9.1 % below.
  MoveTo("49000", 3);
  EXPECT_TRUE(engine_->wants_halt());
}

}  // namespace
}  // namespace bulwark::engine

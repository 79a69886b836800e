// Goal: under HALT all that can be sold is sold, what cannot be sold does not become a storm of
//       orders, and people are told once.
// Method: an engine that starts with positions and no strategy that speaks; a venue played by hand
//         refuses, fills or is silent while timers run.

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "engine/engine_testing.h"
#include "model/action.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/venue_report.h"

namespace bulwark::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing_support::D;

class EngineHaltTest : public testing_support::EngineFixture {
 protected:
  EngineHaltTest() {
    model::Instrument bitcoin = *model::DefaultInstrument("BTCUSDT");
    bitcoin.min_notional = D("5");
    AddInstrument(bitcoin);
    AddInstrument("ETHUSDT");
  }

  void StartWith(const char* bitcoin, const char* ether = "0") {
    testing_support::Wanted wanted;
    wanted.books.portfolio.positions[0].quantity = D(bitcoin);
    wanted.books.portfolio.positions[1].quantity = D(ether);
    Build(std::move(wanted));
    SetLink(true);
  }

  void Refuse(const model::Order& order) {
    Give(model::OrderEnded{.order_id = order.id, .end = model::OrderEnd::kRejected, .at = now_});
  }
  // The sales since the last question.
  std::vector<model::Order> Sales() {
    std::vector<model::Order> sales = Sent();
    Keep();
    return sales;
  }
  // Before the buffer is emptied: what it told of things that were not sold, and the last state.
  void Keep() {
    for (const auto& alert : All<model::AlertRaised>()) {
      if (alert.event.view() == "POSITION_NOT_LIQUIDATED") {
        told_.push_back(alert);
      }
    }
    for (const auto& change : All<model::RunStateChanged>()) {
      reason_ = std::string(change.reason.view());
    }
    out_.Clear();
  }
  // Runs the engine's timer for `span`; the venue refuses each sale at once. Answers how many.
  std::size_t RefuseFor(base::Nanos span) {
    std::size_t sales = 0;
    for (const base::UnixNanos end = now_ + span; now_ < end; now_ += milliseconds{20}) {
      Give(model::Timer{.at = now_});
      for (const model::Order& sale : Sales()) {
        ++sales;
        Refuse(sale);
      }
    }
    return sales;
  }

  std::vector<model::AlertRaised> told_;
  std::string reason_;
};

// Bug: an instrument that the venue could not price was sold, and refused, five times a second for
// as long as the halt lasted.
TEST_F(EngineHaltTest, TriesMoreAndMoreSlowlyWhenNoSaleSucceeds) {
  StartWith("0.2");
  Permit(true);

  EXPECT_EQ(RefuseFor(seconds{60}), 9U) << "after 0, 0.2, 0.6, 1.4, 3, 6.2, 12.6, 25.4, 51 s";
  EXPECT_EQ(RefuseFor(seconds{600}), 20U) << "every 30 s";

  ASSERT_EQ(told_.size(), 1U) << "told once";
  EXPECT_EQ(told_[0].level, model::AlertLevel::kCritical);
  EXPECT_EQ(told_[0].instrument_index, 0);
  EXPECT_EQ(engine_->run_state(), model::RunState::kHalting);
}

// Bug: a kill switch that came with a HALT, or after it, cancelled the sale that was on its way.
TEST_F(EngineHaltTest, LeavesASaleToTheHaltWhenTheKillSwitchComesToo) {
  for (const bool is_together : {true, false}) {
    StartWith("0.2");
    Tick("50000");
    Permit();
    out_.Clear();
    Permit(/*is_halted=*/true, /*is_killed=*/is_together);
    Permit(/*is_halted=*/true, /*is_killed=*/true);

    EXPECT_EQ(Count<model::SendCancel>(), 0);
    const auto sale = LastSent();
    ASSERT_TRUE(sale);
    Fill(*sale, "50000", sale->quantity);
    Give(model::Timer{.at = now_ += seconds{1}});
    EXPECT_EQ(engine_->run_state(), model::RunState::kHalted);
  }
}

TEST_F(EngineHaltTest, TriesAtOnceWhenAPriceComesForWhatHadNone) {
  StartWith("0.2");
  Permit(true);
  RefuseFor(seconds{60});

  Tick("50000");
  EXPECT_EQ(RefuseFor(milliseconds{100}), 1U);
  // Refused with a price as well: it slows down again, however many prices come.
  std::size_t sales = 0;
  for (int second = 0; second < 60; ++second) {
    Tick("50000");
    sales += RefuseFor(seconds{1});
  }
  EXPECT_LE(sales, 10U);
}

TEST_F(EngineHaltTest, TriesAtOnceWhenTheVenueIsBack) {
  StartWith("0.2");
  Permit(true);
  RefuseFor(seconds{60});

  SetLink(false);
  EXPECT_EQ(RefuseFor(seconds{60}), 0U) << "nothing is sent without a link";
  SetLink(true);
  EXPECT_EQ(RefuseFor(milliseconds{100}), 1U);
}

TEST_F(EngineHaltTest, GoesOnAtTheQuickPaceAfterAPartialSale) {
  StartWith("0.2");
  Permit(true);
  RefuseFor(seconds{20});
  now_ += seconds{30};
  Give(model::Timer{.at = now_});
  const auto sales = Sales();
  ASSERT_EQ(sales.size(), 1U);
  Fill(sales[0], "50000", D("0.1"));
  Refuse(sales[0]);

  now_ += milliseconds{200};
  Give(model::Timer{.at = now_});
  const auto rest = Sales();
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].quantity, D("0.1"));
  Fill(rest[0], "50000", D("0.1"));
  EXPECT_EQ(engine_->run_state(), model::RunState::kHalted);
}

TEST_F(EngineHaltTest, OneInstrumentThatCannotBeSoldDoesNotSlowAnother) {
  StartWith("0.2", "3");
  Permit(true);
  std::size_t ether_sales = 0;
  for (int step = 0; step < 50; ++step, now_ += milliseconds{200}) {
    Give(model::Timer{.at = now_});
    for (const model::Order& sale : Sales()) {
      ether_sales += sale.instrument.index == 1 ? 1 : 0;
      // Ether is sold in small parts, bitcoin never.
      if (sale.instrument.index == 1) {
        Fill(sale, "50000", D("0.1"));
      }
      Refuse(sale);
    }
  }
  EXPECT_EQ(ether_sales, 30U);
}

TEST_F(EngineHaltTest, EndsWithARestWorthLessThanTheVenueTakesAndSaysSo) {
  StartWith("0.00008");  // 4 of the 5 that the venue wants.
  Tick("50000");
  Permit(true);
  EXPECT_EQ(engine_->run_state(), model::RunState::kHalting) << "the venue is asked first";

  EXPECT_EQ(RefuseFor(seconds{600}), 1U) << "and then no more";

  EXPECT_EQ(engine_->run_state(), model::RunState::kHalted);
  EXPECT_EQ(reason_, "flat but for a rest too small to sell");
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_EQ(told_[0].level, model::AlertLevel::kWarning);
  EXPECT_EQ(told_[0].instrument_index, 0);
  // Worth more one day, it is sold.
  Tick("70000");
  EXPECT_EQ(RefuseFor(seconds{1}), 2U);
  EXPECT_EQ(engine_->run_state(), model::RunState::kHalting);
}

TEST_F(EngineHaltTest, EndsWithLessThanALotAndSaysSo) {
  StartWith("0.000004");
  Permit(true);

  EXPECT_EQ(RefuseFor(seconds{10}), 0U);
  EXPECT_EQ(engine_->run_state(), model::RunState::kHalted);
  EXPECT_EQ(reason_, "flat but for a rest too small to sell");
  EXPECT_EQ(told_.size(), 1U);

  // The next halt says it again.
  Permit(false);
  Permit(true);
  RefuseFor(seconds{1});
  EXPECT_EQ(told_.size(), 2U);
}

TEST_F(EngineHaltTest, DoesNotTakeAPositionWithoutAPriceForARest) {
  StartWith("0.00008");
  Permit(true);
  RefuseFor(seconds{60});

  EXPECT_EQ(engine_->run_state(), model::RunState::kHalting);
}

}  // namespace
}  // namespace bulwark::engine

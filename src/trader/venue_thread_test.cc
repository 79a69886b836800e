// Goal: an order leaves at most once and never through a closed gate; every word of the venue
//       arrives.
// Method: a venue that writes down what it is told and says what the test wants.

#include "trader/venue_thread.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/result.h"
#include "ledger/ledger_testing.h"
#include "model/event.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "trader/exit_gate.h"
#include "trader/health.h"
#include "trader/queues.h"
#include "trader/trader_testing.h"
#include "venue/venue.h"

namespace bulwark::trader {
namespace {

using testing_support::D;
using testing_support::Entry;
using testing_support::Exit;
using testing_support::TakeAll;

class FakeVenue : public venue::Venue {
 public:
  base::Result<void> Connect(std::uint64_t /*epoch*/) override { return {}; }
  venue::SendOutcome Send(const model::Order& order) override {
    if (!is_up) {
      return venue::SendOutcome::kNotSent;
    }
    sent.push_back(order.id);
    return venue::SendOutcome::kMayHaveLeft;
  }
  venue::SendOutcome Cancel(const model::SendCancel& cancel) override {
    cancelled.push_back(cancel.order_id);
    return is_up ? venue::SendOutcome::kMayHaveLeft : venue::SendOutcome::kNotSent;
  }
  void PublishTick(const model::Tick& /*tick*/) override { ++ticks; }
  int Poll(const venue::ReportSink& sink) override {
    for (const model::VenueReport& report : std::exchange(reports, {})) {
      sink(report);
    }
    return 0;
  }
  base::Result<venue::AccountSnapshot> Snapshot() override { return snapshot; }
  base::Result<std::vector<model::Fill>> FillsSince(std::uint64_t /*sequence*/) override {
    return std::vector<model::Fill>{};
  }
  base::Result<venue::VenueOrder> QueryOrder(const model::OrderId& id) override {
    return venue::VenueOrder{.id = id};
  }
  [[nodiscard]] bool is_connected() const override { return is_up; }
  [[nodiscard]] std::uint64_t dropped_ticks() const override { return 0; }

  bool is_up = true;
  int ticks = 0;
  std::vector<model::OrderId> sent;
  std::vector<model::OrderId> cancelled;
  std::vector<model::VenueReport> reports;
  venue::AccountSnapshot snapshot;
};

class VenueThreadTest : public testing::Test {
 protected:
  VenueThreadTest() { gate_.Set(false, false); }

  // One cycle; the events of one kind that the engine gets.
  template <class Event>
  std::vector<Event> Work() {
    thread_.DoWork();
    std::vector<Event> found;
    for (const model::Event& event : TakeAll(queues_.reports)) {
      if (const auto* wanted = std::get_if<Event>(&event)) {
        found.push_back(*wanted);
      }
    }
    return found;
  }

  model::InstrumentTable table_ = ledger::testing_support::Pairs();
  FakeVenue venue_;
  Queues queues_;
  Health health_;
  ExitGate gate_{false};
  VenueThread thread_{venue_, queues_, health_, gate_, table_};
};

TEST_F(VenueThreadTest, SendsAnOrderAndSaysSo) {
  ASSERT_TRUE(queues_.from_publisher.TryPush(model::SendOrder{Entry(1)}));

  const auto said = Work<model::OrderSent>();

  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said[0].order_id, Entry(1).id);
  EXPECT_EQ(venue_.sent, std::vector{Entry(1).id});
}

TEST_F(VenueThreadTest, RevokesAnOrderWhoseCancelOvertookIt) {
  ASSERT_TRUE(queues_.from_ledger.TryPush(model::SendCancel{.order_id = Entry(1).id}));
  EXPECT_TRUE(Work<model::OrderNotSent>().empty());
  ASSERT_TRUE(queues_.from_publisher.TryPush(model::SendOrder{Entry(1)}));

  const auto said = Work<model::OrderNotSent>();

  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said[0].order_id, Entry(1).id);
  EXPECT_TRUE(venue_.sent.empty());
  EXPECT_TRUE(venue_.cancelled.empty());
}

TEST_F(VenueThreadTest, CancelsAtTheVenueWhatWasSentThoughTheEngineDidNotKnowYet) {
  ASSERT_TRUE(queues_.from_publisher.TryPush(model::SendOrder{Entry(1)}));
  Work<model::OrderSent>();
  ASSERT_TRUE(queues_.from_ledger.TryPush(model::SendCancel{.order_id = Entry(1).id}));
  Work<model::OrderSent>();

  EXPECT_EQ(venue_.cancelled, std::vector{Entry(1).id});
}

TEST_F(VenueThreadTest, RefusesAtTheDoorWhatIsStillOnItsWayWhenAStopComes) {
  gate_.Set(false, true);
  model::Order protective = Exit(2);
  protective.origin = model::Origin::kProtective;
  ASSERT_TRUE(queues_.from_publisher.TryPush(model::SendOrder{Entry(1)}));
  ASSERT_TRUE(queues_.from_ledger.TryPush(model::SendOrder{protective}));

  const auto said = Work<model::OrderNotSent>();

  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said[0].reason, model::Reason("kill switch before it was sent"));
  EXPECT_EQ(venue_.sent, std::vector{protective.id});
  EXPECT_EQ(health_.orders_refused_at_exit.load(), 1U);
}

TEST_F(VenueThreadTest, SaysForCertainThatAnOrderDidNotLeaveWithoutALink) {
  venue_.is_up = false;
  ASSERT_TRUE(queues_.from_publisher.TryPush(model::SendOrder{Entry(1)}));
  ASSERT_TRUE(queues_.from_publisher.TryPush(
      RefuseOrder{.order_id = Entry(2).id, .reason = model::Reason("redis unavailable")}));

  const auto said = Work<model::OrderNotSent>();

  ASSERT_EQ(said.size(), 2U);
  EXPECT_EQ(said[0].reason, model::Reason("venue link is down"));
  EXPECT_EQ(said[1].reason, model::Reason("redis unavailable"));
  EXPECT_FALSE(health_.is_venue_up.load());
}

TEST_F(VenueThreadTest, BringsTheVenuesWordsToTheEngine) {
  venue_.reports = {model::OrderAccepted{.order_id = Entry(1).id},
                    model::OrderFilled{.fill = {.order_id = Entry(1).id}},
                    model::OrderEnded{.order_id = Entry(1).id}, model::VenueLink{.is_up = true}};

  thread_.DoWork();

  const auto events = TakeAll(queues_.reports);
  ASSERT_GE(events.size(), 4U);
  EXPECT_TRUE(std::holds_alternative<model::OrderAccepted>(events[0]));
  EXPECT_TRUE(std::holds_alternative<model::OrderFilled>(events[1]));
  EXPECT_TRUE(std::holds_alternative<model::OrderEnded>(events[2]));
  EXPECT_TRUE(std::holds_alternative<model::VenueLink>(events[3]));
}

TEST_F(VenueThreadTest, ShowsTheEngineTheVenuesBooksWithWhatItDoesNotKnow) {
  venue_.snapshot.cash = D("900");
  venue_.snapshot.last_fill_sequence = 12;
  venue_.snapshot.positions = {{.venue_symbol = model::Symbol("ETHUSDT"), .quantity = D("2")},
                               {.venue_symbol = model::Symbol("DOGE"), .quantity = D("5")}};

  const auto books = Work<model::VenueBooks>();

  ASSERT_EQ(books.size(), 1U);
  EXPECT_EQ(books[0].cash, D("900"));
  EXPECT_EQ(books[0].positions[1], D("2"));
  EXPECT_TRUE(books[0].has_foreign_position);
  EXPECT_EQ(books[0].fill_sequence, 12U);
  EXPECT_TRUE(Work<model::VenueBooks>().empty()) << "once a second is enough";
}

}  // namespace
}  // namespace bulwark::trader

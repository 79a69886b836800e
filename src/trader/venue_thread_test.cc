// Goal: an order leaves at most once and never through a closed gate; every word of the venue
//       arrives.
// Method: a venue that writes down what it is told and says what the test wants.

#include "trader/venue_thread.h"

#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/triple_buffer.h"
#include "ledger/ledger_testing.h"
#include "model/event.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "trader/books_copy.h"
#include "trader/exit_gate.h"
#include "trader/fake_venue_testing.h"
#include "trader/health.h"
#include "trader/queues.h"
#include "trader/reconciler.h"
#include "trader/trader_testing.h"

namespace bulwark::trader {
namespace {

using testing_support::D;
using testing_support::Entry;
using testing_support::Exit;
using testing_support::FakeVenue;
using testing_support::TakeAll;

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
  base::TripleBuffer<BooksCopy> books_{BooksCopy{}};
  Reconciler reconciler_{
      venue_, table_, {}, {.queues = queues_, .health = health_, .books = books_}};
  VenueThread thread_{venue_, queues_, health_, gate_, reconciler_};
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

// Found by bulwark-sim: a cancel of an order that was PENDING at a crash waited for it to be sent.
TEST_F(VenueThreadTest, CancelsAtTheVenueWhatAnEarlierRunMayHaveSent) {
  thread_.NoteSentEarlier(Entry(1).id);
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

// The epoch is compared in the ledger at each commit; this is what a stale run finds at the door.
TEST_F(VenueThreadTest, SendsNothingMoreOnceANewerRunHoldsTheAccount) {
  ASSERT_TRUE(queues_.from_ledger.TryPush(model::SendOrder{Exit(1)}));
  thread_.DoWork();
  TakeAll(queues_.reports);
  const std::size_t before = venue_.sent.size();
  ASSERT_TRUE(queues_.from_ledger.TryPush(model::SendOrder{Exit(2)}));
  ASSERT_TRUE(queues_.from_publisher.TryPush(model::SendOrder{Entry(3)}));
  ASSERT_TRUE(
      queues_.from_ledger.TryPush(model::SendCancel{.order_id = Exit(1).id, .was_sent = true}));

  gate_.FenceOff();
  thread_.DoWork();

  EXPECT_EQ(venue_.sent.size(), before);
  EXPECT_TRUE(venue_.cancelled.empty());
  std::size_t refused = 0;
  std::size_t uncancelled = 0;
  for (const model::Event& event : TakeAll(queues_.reports)) {
    refused += std::holds_alternative<model::OrderNotSent>(event) ? 1U : 0U;
    uncancelled += std::holds_alternative<model::CancelRejected>(event) ? 1U : 0U;
  }
  EXPECT_EQ(refused, 2U);
  EXPECT_EQ(uncancelled, 1U);
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

TEST_F(VenueThreadTest, SaysThatAnOrderWasSentBeforeWhatCameMeanwhile) {
  venue_.fills_while_sending = true;
  ASSERT_TRUE(queues_.from_publisher.TryPush(model::SendOrder{Entry(1)}));

  thread_.DoWork();

  const auto events = TakeAll(queues_.reports);
  ASSERT_GE(events.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<model::OrderSent>(events[0]));
  EXPECT_TRUE(std::holds_alternative<model::OrderFilled>(events[1]));
}

}  // namespace
}  // namespace bulwark::trader

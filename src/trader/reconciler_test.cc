// Goal: the engine hears the venue's balances at one moment with our books, and what answers prove;
//       an error proves nothing; what is not ours is shown, and what is ours but lost is ended.
// Method: a venue that says what the test wants, a clock moved by hand, and a copy of the books
//         that the test makes.

#include "trader/reconciler.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/time.h"
#include "base/triple_buffer.h"
#include "base/uuid.h"
#include "ledger/ledger_testing.h"
#include "model/action.h"
#include "model/adjustment.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "reconcile/difference.h"
#include "reconcile/report.h"
#include "trader/books_copy.h"
#include "trader/exit_gate.h"
#include "trader/fake_venue_testing.h"
#include "trader/health.h"
#include "trader/queues.h"
#include "trader/trader_testing.h"
#include "trader/venue_thread.h"
#include "venue/venue.h"

namespace bulwark::trader {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing_support::D;
using testing_support::Entry;
using testing_support::FakeVenue;
using testing_support::TakeAll;

class HandClock final : public base::Clock {
 public:
  [[nodiscard]] base::UnixNanos WallNow() const override {
    return base::UnixNanos{seconds{1'900'000'000} + at};
  }
  [[nodiscard]] base::Nanos MonotonicNow() const override { return at; }
  void Pause(base::Nanos /*span*/) const override {}

  base::Nanos at{seconds{100}};
};

class ReconcilerTest : public testing::Test {
 protected:
  ReconcilerTest() {
    copy_.portfolio.cash = D("1000");
    venue_.snapshot.cash = D("1000");
  }

  // Lets `span` pass in small turns; the engine copies its books whenever it is told the venue's.
  void Pass(base::Nanos span) {
    for (const base::Nanos end = clock_.at + span; clock_.at < end; clock_.at += milliseconds{50}) {
      reconciler_.DoWork();
      for (const model::Event& event : TakeAll(queues_.reports)) {
        events_.push_back(event);
        if (const auto* books = std::get_if<model::VenueBooks>(&event)) {
          copy_.token = books->token;
          copy_.fill_sequence = sequence_;
          books_.writing() = copy_;
          books_.Publish();
        }
      }
    }
  }
  template <class Event>
  [[nodiscard]] std::vector<Event> Said() const {
    std::vector<Event> found;
    for (const model::Event& event : events_) {
      if (const auto* wanted = std::get_if<Event>(&event)) {
        found.push_back(*wanted);
      }
    }
    return found;
  }
  void HaveOpenOrder() {
    copy_.orders[0] = Entry(1);
    copy_.orders[0].status = model::OrderStatus::kSubmitted;
    copy_.order_count = 1;
  }
  venue::WorkingOrder WorkingAtVenue(const model::OrderId& id) {
    return {.id = id,
            .venue_order_id = model::VenueOrderId("v9"),
            .venue_symbol = model::Symbol("BTCUSDT"),
            .quantity = D("0.5")};
  }

  model::InstrumentTable table_ = ledger::testing_support::Pairs();
  FakeVenue venue_;
  HandClock clock_;
  Queues queues_;
  Health health_;
  BooksCopy copy_;
  std::uint64_t sequence_ = 0;
  base::TripleBuffer<BooksCopy> books_{BooksCopy{}};
  Reconciler reconciler_{venue_,
                         table_,
                         {.epoch = 5},
                         {.queues = queues_, .health = health_, .books = books_, .clock = clock_}};
  std::vector<model::Event> events_;
};

TEST_F(ReconcilerTest, ShowsTheEngineTheVenuesBooksWithWhatItDoesNotKnow) {
  venue_.snapshot.cash = D("900");
  venue_.snapshot.last_fill_sequence = 12;
  venue_.snapshot.positions = {{.venue_symbol = model::Symbol("ETHUSDT"), .quantity = D("2")},
                               {.venue_symbol = model::Symbol("DOGE"), .quantity = D("5")}};

  Pass(milliseconds{400});

  const auto books = Said<model::VenueBooks>();
  ASSERT_EQ(books.size(), 3U)
      << "the first look, what it found, the second at once; then each second";
  EXPECT_TRUE(books[0].is_first_look);
  EXPECT_EQ(books[0].unresolved, 0U);
  EXPECT_GT(books[1].unresolved, 0U);
  EXPECT_FALSE(books[2].is_first_look);
  EXPECT_EQ(books[0].cash, D("900"));
  EXPECT_EQ(books[0].positions[1], D("2"));
  EXPECT_TRUE(books[0].has_foreign_position);
  EXPECT_EQ(books[0].fill_sequence, 12U);
}

TEST_F(ReconcilerTest, ComparesAtOnceWhenTheLinkCameBack) {
  Pass(milliseconds{400});
  const auto before = Said<model::VenueBooks>();
  ASSERT_FALSE(before.back().is_first_look);

  reconciler_.See(model::VenueLink{.is_up = true});
  Pass(milliseconds{400});

  const auto books = Said<model::VenueBooks>();
  ASSERT_GT(books.size(), before.size());
  EXPECT_TRUE(books[before.size()].is_first_look);
}

TEST_F(ReconcilerTest, EndsAnOrderThatTheVenueCertainlyNeverSaw) {
  HaveOpenOrder();

  Pass(seconds{1});

  ASSERT_EQ(Said<model::OrderNotSent>().size(), 1U);
  EXPECT_EQ(Said<model::OrderNotSent>()[0].order_id, Entry(1).id);
  EXPECT_TRUE(venue_.sent.empty()) << "it is never sent again";
  EXPECT_TRUE(reconciler_.CountsAsNeverSent(Entry(1).id));
}

// Found by bulwark-sim: an order left while the venue still thought about the question for it.
TEST_F(ReconcilerTest, DoesNotBelieveWhatWasAskedBeforeTheOrderLeft) {
  HaveOpenOrder();
  while (venue_.queried.empty()) {
    Pass(milliseconds{50});
  }
  venue_.answers_queries = false;  // Of later questions nothing is known.
  reconciler_.NoteSent(Entry(1).id);
  Pass(seconds{5});

  EXPECT_TRUE(Said<model::OrderNotSent>().empty());
  EXPECT_FALSE(reconciler_.CountsAsNeverSent(Entry(1).id));
}

// Found by bulwark-sim: an entry waited for Redis while its fate was concluded.
TEST_F(ReconcilerTest, KeepsBackWhatWasConcludedToBeNeverSent) {
  HaveOpenOrder();
  Pass(seconds{1});
  ASSERT_TRUE(reconciler_.CountsAsNeverSent(Entry(1).id));
  ExitGate gate(false);
  gate.Set(false, false);
  VenueThread thread(venue_, queues_, health_, gate, reconciler_, clock_);

  ASSERT_TRUE(queues_.from_publisher.TryPush(model::SendOrder{Entry(1)}));
  thread.DoWork();

  EXPECT_TRUE(venue_.sent.empty());
}

TEST_F(ReconcilerTest, BelievesNothingWhileTheVenueDoesNotAnswer) {
  HaveOpenOrder();
  venue_.answers_queries = false;

  Pass(seconds{120});

  EXPECT_TRUE(Said<model::OrderNotSent>().empty());
  EXPECT_TRUE(Said<model::OrderEnded>().empty());
  EXPECT_GE(venue_.queried.size(), 5U);
  EXPECT_EQ(Said<model::VenueBooks>().back().unresolved, 1U);
}

TEST_F(ReconcilerTest, LetsNoTimePassForADifferenceWhileTheLinkIsDown) {
  HaveOpenOrder();
  venue_.answers_queries = false;
  Pass(seconds{2});
  venue_.is_up = false;
  Pass(seconds{600});
  venue_.is_up = true;
  venue_.answers_queries = true;
  Pass(seconds{10});

  EXPECT_EQ(Said<model::OrderNotSent>().size(), 1U);
}

TEST_F(ReconcilerTest, EndsAnOrderThatEndedAfterItsFillsAreBooked) {
  HaveOpenOrder();
  copy_.orders[0].external_id = model::VenueOrderId("v1");
  venue_.orders[Entry(1).id] = {
      .id = Entry(1).id, .status = venue::VenueOrderStatus::kFilled, .cumulative_filled = D("2")};
  venue_.fills = {{.order_id = Entry(1).id, .quantity = D("2"), .venue_sequence = 1}};

  Pass(milliseconds{500});
  ASSERT_EQ(Said<model::OrderFilled>().size(), 1U);
  EXPECT_TRUE(Said<model::OrderEnded>().empty());
  copy_.orders[0].filled_quantity = D("2");
  Pass(seconds{5});

  EXPECT_EQ(Said<model::OrderEnded>().size(), 1U);
}

TEST_F(ReconcilerTest, FetchesFillsThatWereNotTold) {
  venue_.snapshot.last_fill_sequence = 3'003;
  sequence_ = 3'001;

  Pass(milliseconds{500});

  EXPECT_EQ(venue_.asked_since, std::vector<std::uint64_t>{2'001})
      << "from further back: one may have been overtaken";
}

TEST_F(ReconcilerTest, ShowsAForeignOrderAndLetsItBe) {
  const model::OrderId foreign = *base::Uuid::Parse("f47ac10b-58cc-4372-a567-0e02b2c3d479");
  venue_.snapshot.orders = {WorkingAtVenue(foreign)};

  Pass(seconds{10});

  const auto notices = Said<model::Notice>();
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices[0].event, model::AlertName("FOREIGN_ORDER"));
  EXPECT_EQ(notices[0].order_id, foreign);
  EXPECT_TRUE(venue_.cancelled.empty());
  EXPECT_EQ(Said<model::VenueBooks>().back().unresolved, 0U);
}

TEST_F(ReconcilerTest, CancelsAnOrderOfOursThatTheLedgerNeverSaw) {
  const model::OrderId lost = base::Uuid::Derive(model::kOrderIds, 4, 77);
  venue_.snapshot.orders = {WorkingAtVenue(lost)};

  Pass(milliseconds{500});

  ASSERT_FALSE(venue_.cancelled.empty());
  EXPECT_EQ(venue_.cancelled[0], lost);
  ASSERT_EQ(Said<model::Notice>().size(), 1U);
  EXPECT_EQ(Said<model::Notice>()[0].event, model::AlertName("UNJOURNALED_ORDER"));
}

TEST_F(ReconcilerTest, ReportsAtEveryStartWhatHappenedMeanwhile) {
  reconciler_.Begin({.fills = {{.trade_id = model::TradeId("t1")}},
                     .ended = {{.order_id = Entry(1).id, .what = "cancelled"}}});

  Pass(seconds{3});

  const auto reports = TakeAll(queues_.reports_made);
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].trigger, reconcile::Trigger::kStart);
  EXPECT_EQ(reports[0].epoch, 5U);
  EXPECT_EQ(reports[0].fills.size(), 1U);
  EXPECT_EQ(reports[0].ended.size(), 1U);
  EXPECT_TRUE(reports[0].items.empty());
}

TEST_F(ReconcilerTest, ProposesWhatDiffersAndReportsAgainWhenItIsGone) {
  venue_.snapshot.cash = D("990");
  Pass(seconds{3});
  const auto reports = TakeAll(queues_.reports_made);
  ASSERT_EQ(reports.size(), 1U);
  ASSERT_EQ(reports[0].items.size(), 1U);
  EXPECT_EQ(reports[0].items[0].proposal.cash, D("-10"));
  EXPECT_EQ(Said<model::VenueBooks>().back().unresolved, 1U);

  venue_.snapshot.cash = D("1000");
  Pass(seconds{3});

  const auto later = TakeAll(queues_.reports_made);
  ASSERT_EQ(later.size(), 1U);
  EXPECT_TRUE(later[0].items.empty());
  EXPECT_EQ(later[0].trigger, reconcile::Trigger::kWatch);
  EXPECT_EQ(Said<model::VenueBooks>().back().unresolved, 0U);
}

TEST_F(ReconcilerTest, BooksAnAcceptedAdjustmentOnceAndSaysWhenItIsDone) {
  venue_.snapshot.cash = D("990");
  Pass(seconds{3});
  reconcile::Item item = TakeAll(queues_.reports_made).at(0).items.at(0);
  item.id = 7;
  ASSERT_TRUE(queues_.decisions.TryPush({.id = 3, .item = item, .actor = "eve"}));

  Pass(milliseconds{1'100});
  const auto accepted = Said<model::AdjustmentAccepted>();
  ASSERT_EQ(accepted.size(), 1U);
  EXPECT_EQ(accepted[0].adjustment.id.view(), "reconcile:7");
  EXPECT_EQ(accepted[0].adjustment.kind, model::AdjustmentKind::kAcceptedCash);
  EXPECT_EQ(accepted[0].adjustment.cash, D("-10"));
  EXPECT_EQ(accepted[0].adjustment.actor, model::Actor("eve"));
  EXPECT_TRUE(TakeAll(queues_.outcomes).empty());
  copy_.portfolio.cash = D("990");
  Pass(seconds{3});

  const auto outcomes = TakeAll(queues_.outcomes);
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(outcomes[0].decision, 3U);
  EXPECT_EQ(outcomes[0].outcome, reconcile::kDone);
  EXPECT_EQ(Said<model::AdjustmentAccepted>().size(), 1U);
}

// Two people, or one person and two reports: the second item is the same difference under another
// number.
TEST_F(ReconcilerTest, BooksADifferenceOnceHoweverManyDecisionsThereAre) {
  venue_.snapshot.cash = D("990");
  Pass(seconds{3});
  reconcile::Item item = TakeAll(queues_.reports_made).at(0).items.at(0);
  for (const std::uint64_t number : {7U, 9U}) {
    item.id = number;
    ASSERT_TRUE(queues_.decisions.TryPush({.id = number, .item = item, .actor = "eve"}));
  }

  Pass(milliseconds{1'100});
  ASSERT_EQ(Said<model::AdjustmentAccepted>().size(), 1U);
  copy_.portfolio.cash = D("990");
  Pass(seconds{15});

  EXPECT_EQ(Said<model::AdjustmentAccepted>().size(), 1U);
  const auto outcomes = TakeAll(queues_.outcomes);
  ASSERT_EQ(outcomes.size(), 2U);
  EXPECT_EQ(outcomes[0].outcome, reconcile::kDone);
  EXPECT_NE(outcomes[1].outcome, reconcile::kDone);
}

TEST_F(ReconcilerTest, BooksAPositionAtThePriceThatThePersonSaw) {
  copy_.marks[0] = D("100");
  venue_.snapshot.positions = {{.venue_symbol = model::Symbol("BTCUSDT"), .quantity = D("2")}};
  Pass(seconds{3});
  reconcile::Item item = TakeAll(queues_.reports_made).at(0).items.at(0);
  item.id = 7;
  copy_.marks[0] = D("90");
  ASSERT_TRUE(queues_.decisions.TryPush({.id = 3, .item = item, .actor = "eve"}));

  Pass(milliseconds{2'100});

  const auto accepted = Said<model::AdjustmentAccepted>();
  ASSERT_EQ(accepted.size(), 1U);
  EXPECT_EQ(accepted[0].adjustment.taken.cost, D("200"));
}

TEST_F(ReconcilerTest, SaysOfADecisionThatAnEndedRunCarriedOutThatItIsDone) {
  reconcile::Item item{.id = 7};
  item.difference.kind = reconcile::Kind::kForeignOrder;
  item.difference.order_id = Entry(1).id;
  HaveOpenOrder();
  venue_.snapshot.orders = {WorkingAtVenue(Entry(1).id)};
  ASSERT_TRUE(queues_.decisions.TryPush(
      {.id = 3, .verb = reconcile::Verb::kAdopt, .item = item, .actor = "eve"}));

  Pass(seconds{2});

  const auto outcomes = TakeAll(queues_.outcomes);
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(outcomes[0].outcome, reconcile::kDone);
}

// What stands in the way of new risk must not wait for the next look at the venue.
TEST_F(ReconcilerTest, TellsTheEngineAtOnceWhatAComparisonFound) {
  Pass(milliseconds{500});
  const std::size_t before = Said<model::VenueBooks>().size();
  HaveOpenOrder();
  venue_.answers_queries = false;

  Pass(milliseconds{1'000});  // One look at the venue.

  const auto books = Said<model::VenueBooks>();
  ASSERT_EQ(books.size(), before + 2);
  EXPECT_EQ(books[before].unresolved, 0U);
  EXPECT_EQ(books[before + 1].unresolved, 1U);
  EXPECT_EQ(books[before + 1].token, books[before].token) << "the same picture";
}

TEST_F(ReconcilerTest, BooksNothingThatNoLongerDiffersLikeThat) {
  venue_.snapshot.cash = D("990");
  Pass(seconds{3});
  const reconcile::Item item = TakeAll(queues_.reports_made).at(0).items.at(0);
  venue_.snapshot.cash = D("980");
  ASSERT_TRUE(queues_.decisions.TryPush({.id = 3, .item = item, .actor = "eve"}));

  Pass(seconds{15});

  EXPECT_TRUE(Said<model::AdjustmentAccepted>().empty());
  ASSERT_EQ(TakeAll(queues_.outcomes).size(), 1U);
}

TEST_F(ReconcilerTest, ReportsAnewWhatADecisionDidNotSettle) {
  venue_.snapshot.cash = D("990");
  Pass(seconds{3});
  const reconcile::Item item = TakeAll(queues_.reports_made).at(0).items.at(0);
  ASSERT_TRUE(queues_.decisions.TryPush({.id = 3, .item = item, .actor = "eve"}));

  Pass(seconds{15});  // The engine never books it.

  ASSERT_EQ(TakeAll(queues_.outcomes).size(), 1U);
  const auto reports = TakeAll(queues_.reports_made);
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].items.size(), 1U);
}

TEST_F(ReconcilerTest, AdoptsAForeignOrderOnAPersonsWordUnlessItHasFills) {
  venue_.snapshot.orders = {{.id = *base::Uuid::Parse("f47ac10b-58cc-4372-a567-0e02b2c3d479"),
                             .venue_order_id = model::VenueOrderId("v1"),
                             .venue_symbol = model::Symbol("BTCUSDT"),
                             .quantity = D("2"),
                             .limit_price = D("90")}};
  Pass(seconds{3});
  const reconcile::Item item = TakeAll(queues_.reports_made).at(0).items.at(0);
  const reconcile::Decision adopt{
      .id = 3, .verb = reconcile::Verb::kAdopt, .item = item, .actor = "eve"};
  venue_.snapshot.orders[0].cumulative_filled = D("1");
  ASSERT_TRUE(queues_.decisions.TryPush(adopt));
  Pass(seconds{15});
  EXPECT_TRUE(Said<model::OrderAdopted>().empty());
  ASSERT_EQ(TakeAll(queues_.outcomes).size(), 1U);

  venue_.snapshot.orders[0].cumulative_filled = D("0");
  ASSERT_TRUE(queues_.decisions.TryPush(adopt));
  Pass(milliseconds{1'100});

  const auto adopted = Said<model::OrderAdopted>();
  ASSERT_EQ(adopted.size(), 1U);
  EXPECT_EQ(adopted[0].order.id, item.difference.order_id);
  EXPECT_EQ(adopted[0].order.limit_price, D("90"));
  EXPECT_EQ(adopted[0].order.origin, model::Origin::kOperator);
  EXPECT_EQ(adopted[0].order.reason, model::Reason("adopted by eve"));
}

TEST_F(ReconcilerTest, TellsTheLedgerOfOrdersThatAreNotOurs) {
  const model::OrderId foreign = *base::Uuid::Parse("f47ac10b-58cc-4372-a567-0e02b2c3d479");
  Pass(seconds{1});
  TakeAll(queues_.reports_made);

  reconciler_.See(model::OrderFilled{.fill = {.order_id = foreign, .quantity = D("2")}});
  reconciler_.See(model::OrderFilled{.fill = {.order_id = Entry(1).id, .quantity = D("2")}});
  Pass(seconds{2});

  const auto reports = TakeAll(queues_.reports_made);
  ASSERT_EQ(reports.size(), 1U);
  ASSERT_EQ(reports[0].orders.size(), 1U);
  EXPECT_EQ(reports[0].orders[0].order_id, foreign);
}

}  // namespace
}  // namespace bulwark::trader

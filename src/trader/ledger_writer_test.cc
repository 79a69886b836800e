// Goal: nothing leaves before it is durable, except exits that cannot wait; nothing is lost
//       meanwhile.
// Method: a real ledger file; a second connection that holds its write lock makes commits fail for
//         real.

#include "trader/ledger_writer.h"

#include <array>
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/time.h"
#include "ledger/ledger.h"
#include "ledger/ledger_testing.h"
#include "model/action.h"
#include "model/instrument.h"
#include "model/order.h"
#include "sql/connection.h"
#include "sql/sqlite_file.h"
#include "trader/health.h"
#include "trader/queues.h"
#include "trader/trader_testing.h"

namespace bulwark::trader {
namespace {

using testing_support::Entry;
using testing_support::Exit;
using testing_support::TakeAll;
using testing_support::Until;

// No time passes, so that the failed commit is not tried again.
class StillClock final : public base::Clock {
 public:
  [[nodiscard]] base::UnixNanos WallNow() const override { return {}; }
  [[nodiscard]] base::Nanos MonotonicNow() const override { return base::Nanos{1}; }
  void Pause(base::Nanos /*span*/) const override {}
};

class LedgerWriterTest : public testing::Test {
 protected:
  LedgerWriterTest() : ledger_(folder_.Open()), epoch_(Begin(*ledger_)) {}

  std::uint64_t Begin(ledger::Ledger& ledger) const {
    EXPECT_TRUE(ledger.EnsureAccount({.opening_cash = testing_support::D("1000")}).has_value());
    return ledger.BeginRun({.version = "test"}, table_).value_or(0);
  }
  void Decide(const model::Order& order) {
    ASSERT_TRUE(queues_.journal.TryPush(model::OrderChanged{order}));
    ASSERT_TRUE(queues_.journal.TryPush(model::SendOrder{order}));
  }
  std::size_t OpenOrders() const {
    const auto reader = folder_.Open({.access = ledger::Access::kReadOnly});
    return reader->Recover(table_)->open_orders.size();
  }

  model::InstrumentTable table_ = ledger::testing_support::Pairs();
  ledger::testing_support::LedgerFolder folder_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::uint64_t epoch_;
  Queues queues_;
  Health health_;
  LedgerWriter writer_{*ledger_, epoch_, queues_, health_};
};

TEST_F(LedgerWriterTest, SendsExitsToTheVenueAndEntriesByWayOfRedisOnceBothAreDurable) {
  Decide(Entry(1));
  Decide(Exit(2));
  ASSERT_TRUE(queues_.journal.TryPush(model::SendCancel{.order_id = Entry(3).id}));

  EXPECT_EQ(writer_.DoWork(), 5);

  EXPECT_EQ(OpenOrders(), 2U);
  const auto to_venue = TakeAll(queues_.from_ledger);
  ASSERT_EQ(to_venue.size(), 2U);
  EXPECT_EQ(std::get<model::SendOrder>(to_venue[0]).order.id, Exit(2).id);
  EXPECT_EQ(std::get<model::SendCancel>(to_venue[1]).order_id, Entry(3).id);
  const auto published = TakeAll(queues_.published);
  ASSERT_EQ(published.size(), 3U);
  EXPECT_EQ(std::get<model::OrderChanged>(published[0]).order.id, Entry(1).id);
  EXPECT_EQ(std::get<model::SendOrder>(published[1]).order.id, Entry(1).id);
  EXPECT_EQ(std::get<model::OrderChanged>(published[2]).order.id, Exit(2).id);
}

TEST_F(LedgerWriterTest, RefusesEntriesAndLetsExitsOutOfMemoryWhileTheLedgerFails) {
  const auto other = sql::OpenSqlite(folder_.file(), {});
  ASSERT_TRUE(other.has_value());
  ASSERT_TRUE((*other)->Run("BEGIN IMMEDIATE"));
  Decide(Entry(1));
  Decide(Exit(2));

  EXPECT_EQ(writer_.DoWork(), 0);

  EXPECT_FALSE(health_.is_ledger_writable.load());
  const auto to_venue = TakeAll(queues_.from_ledger);
  ASSERT_EQ(to_venue.size(), 2U);
  EXPECT_EQ(std::get<RefuseOrder>(to_venue[0]).order_id, Entry(1).id);
  EXPECT_EQ(std::get<model::SendOrder>(to_venue[1]).order.id, Exit(2).id);
  EXPECT_TRUE(TakeAll(queues_.published).empty());

  ASSERT_TRUE((*other)->Run("ROLLBACK"));
  ASSERT_TRUE(Until([&] { return writer_.DoWork() > 0; }));

  EXPECT_TRUE(health_.is_ledger_writable.load());
  EXPECT_EQ(OpenOrders(), 2U);
  EXPECT_TRUE(TakeAll(queues_.from_ledger).empty()) << "what left from memory left once";
  for (const model::Action& action : TakeAll(queues_.published)) {
    EXPECT_FALSE(std::holds_alternative<model::SendOrder>(action)) << "the entry was refused";
  }
}

// Denials and alerts are what an outage is full of.
TEST_F(LedgerWriterTest, LetsAnExitOutHoweverManyNoticesCameBeforeItInAnOutage) {
  const auto other = sql::OpenSqlite(folder_.file(), {});
  ASSERT_TRUE(other.has_value());
  ASSERT_TRUE((*other)->Run("BEGIN IMMEDIATE"));
  const StillClock clock;
  LedgerWriter writer(*ledger_, epoch_, queues_, health_, clock);
  Decide(Entry(1));
  EXPECT_EQ(writer.DoWork(), 0);
  TakeAll(queues_.from_ledger);

  constexpr std::size_t kNotices = 70'000;
  std::size_t shown = 0;
  for (std::size_t given = 0; given < kNotices;) {
    for (std::size_t room = LedgerWriter::kGroupMax; room > 0 && given < kNotices; --room) {
      ASSERT_TRUE(queues_.journal.TryPush(model::AlertRaised{})) << "after " << given;
      ++given;
    }
    writer.DoWork();
    shown += TakeAll(queues_.published).size();
  }
  Decide(Exit(2));
  writer.DoWork();

  EXPECT_EQ(shown, kNotices) << "people are told during the outage";
  const auto to_venue = TakeAll(queues_.from_ledger);
  ASSERT_EQ(to_venue.size(), 1U);
  EXPECT_EQ(std::get<model::SendOrder>(to_venue[0]).order.id, Exit(2).id);
  EXPECT_TRUE(TakeAll(queues_.published).empty()) << "no order is shown before it is durable";
}

// A crash between two commits would leave an order that is filled by nothing.
TEST_F(LedgerWriterTest, NeverPartsAnOrderFromTheFillThatChangedIt) {
  for (std::size_t notice = 1; notice < LedgerWriter::kGroupMax; ++notice) {
    ASSERT_TRUE(queues_.journal.TryPush(model::SendCancel{.order_id = Entry(1).id}));
  }
  const std::array<model::Action, 3> change{model::OrderChanged{Entry(1)}, model::FillBooked{},
                                            model::PortfolioChanged{}};
  ASSERT_TRUE(queues_.journal.TryPushAll(change.begin(), change.end()));

  // The fill is none that the ledger takes; what counts is that it was in the same commit.
  EXPECT_EQ(writer_.DoWork(), 0);
  EXPECT_EQ(OpenOrders(), 0U);
  EXPECT_EQ(queues_.journal.size(), 0U) << "nor is it parted from the books after it";
}

TEST_F(LedgerWriterTest, JournalsWhatWaitsAtTheEnd) {
  for (std::uint64_t number = 1; number <= 1500; ++number) {
    Decide(Entry(number));
  }

  writer_.Flush();

  EXPECT_EQ(OpenOrders(), 1500U);
  EXPECT_EQ(TakeAll(queues_.published).size(), 3000U);
}

TEST_F(LedgerWriterTest, SendsNothingOnceANewerRunHoldsTheAccount) {
  LedgerWriter fenced(*ledger_, epoch_ + 1, queues_, health_);
  Decide(Entry(1));
  Decide(Exit(2));
  ASSERT_TRUE(queues_.journal.TryPush(model::SendCancel{.order_id = Entry(3).id}));

  fenced.DoWork();

  EXPECT_TRUE(fenced.is_fenced());
  for (const VenueCommand& command : TakeAll(queues_.from_ledger)) {
    EXPECT_TRUE(std::holds_alternative<RefuseOrder>(command));
  }
  EXPECT_TRUE(TakeAll(queues_.published).empty());
  EXPECT_EQ(OpenOrders(), 0U);
}

}  // namespace
}  // namespace bulwark::trader

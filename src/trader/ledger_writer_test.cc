// Goal: nothing leaves before it is durable, except exits that cannot wait; nothing is lost
//       meanwhile.
// Method: a real ledger file; a second connection that holds its write lock makes commits fail for
//         real.

#include "trader/ledger_writer.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/time.h"
#include "ledger/ledger.h"
#include "ledger/ledger_testing.h"
#include "ledger/spill.h"
#include "model/action.h"
#include "model/instrument.h"
#include "model/order.h"
#include "sql/connection.h"
#include "sql/sqlite_file.h"
#include "trader/exit_gate.h"
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
  for (const model::Action& action : TakeAll(queues_.published)) {
    EXPECT_TRUE(std::holds_alternative<model::AlertRaised>(action)) << "nothing else is durable";
  }

  ASSERT_TRUE((*other)->Run("ROLLBACK"));
  ASSERT_TRUE(Until([&] {
    writer_.DoWork();
    return health_.is_ledger_writable.load();
  }));

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
  TakeAll(queues_.published);

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

// With a spill beside the ledger.
class SpillingWriterTest : public LedgerWriterTest {
 protected:
  [[nodiscard]] std::filesystem::path SpillFile() const {
    return folder_.file().parent_path() / "spill.journal";
  }
  // Holds the ledger's write lock until it is reset.
  std::unique_ptr<sql::Connection> TakeLedgerAway() const {
    auto other = sql::OpenSqlite(folder_.file(), {});
    EXPECT_TRUE((*other)->Run("BEGIN EXCLUSIVE"));
    return std::move(*other);
  }
  std::int64_t Count(const std::string& table) const {
    const auto reader = sql::OpenSqlite(folder_.file(), {.access = sql::Access::kReadOnly});
    return (*reader)->QueryInt("SELECT count(*) FROM " + table)->value_or(-1);
  }
  // The exit, and the fill that it got.
  void DecideAndFill(std::uint64_t number) {
    model::Order order = Exit(number);
    Decide(order);
    order.status = model::OrderStatus::kFilled;
    order.filled_quantity = order.quantity;
    const std::array<model::Action, 2> booked{
        model::OrderChanged{order},
        model::FillBooked{
            ledger::testing_support::MakeFill(order, "t-" + std::to_string(number), "1", "10"),
            {}}};
    ASSERT_TRUE(queues_.journal.TryPushAll(booked.begin(), booked.end()));
  }

  ledger::Spill spill_{SpillFile(), table_, epoch_};
  LedgerWriter spilling_{*ledger_,          epoch_, queues_, health_, base::SystemClock(),
                         {.spill = &spill_}};
};

TEST_F(SpillingWriterTest, KeepsOnDiskWhatTheLedgerCannotTakeAndMergesItOnce) {
  auto lock = TakeLedgerAway();
  Decide(Entry(1));
  DecideAndFill(2);

  EXPECT_GT(spilling_.DoWork(), 0);

  EXPECT_FALSE(health_.is_ledger_writable.load());
  const auto to_venue = TakeAll(queues_.from_ledger);
  ASSERT_EQ(to_venue.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<RefuseOrder>(to_venue[0]));
  EXPECT_EQ(std::get<model::SendOrder>(to_venue[1]).order.id, Exit(2).id);
  bool has_alert = false;
  std::size_t changes = 0;
  for (const model::Action& action : TakeAll(queues_.published)) {
    EXPECT_FALSE(std::holds_alternative<model::SendOrder>(action));
    changes += std::holds_alternative<model::OrderChanged>(action) ? 1U : 0U;
    const auto* alert = std::get_if<model::AlertRaised>(&action);
    has_alert = has_alert || (alert != nullptr && alert->event.view() == "LEDGER_UNAVAILABLE");
  }
  EXPECT_TRUE(has_alert);
  EXPECT_EQ(changes, 3U) << "what is spilled is durable, so Redis may show it";
  EXPECT_EQ(spill_.Read()->actions.size(), 4U);

  lock.reset();
  ASSERT_TRUE(Until([&] {
    spilling_.DoWork();
    return health_.is_ledger_writable.load();
  }));

  EXPECT_FALSE(std::filesystem::exists(SpillFile()));
  EXPECT_EQ(Count("order_events"), 3);
  EXPECT_EQ(Count("fills"), 1);
  EXPECT_EQ(Count("merged_spills"), 1);
  EXPECT_TRUE(TakeAll(queues_.from_ledger).empty()) << "what left while it was away left once";
}

// A row that the tables forbid is damage, not a newer trader: exits must still leave.
TEST_F(SpillingWriterTest, TakesABrokenConstraintForDamageAndNotForAFence) {
  const model::FillBooked impossible{};
  ASSERT_TRUE(queues_.journal.TryPush(impossible));
  Decide(Exit(2));

  spilling_.DoWork();

  EXPECT_FALSE(spilling_.is_fenced());
  EXPECT_FALSE(health_.is_ledger_writable.load());
  const auto to_venue = TakeAll(queues_.from_ledger);
  ASSERT_EQ(to_venue.size(), 1U);
  EXPECT_EQ(std::get<model::SendOrder>(to_venue[0]).order.id, Exit(2).id);
  bool has_alert = false;
  for (const model::Action& action : TakeAll(queues_.published)) {
    const auto* alert = std::get_if<model::AlertRaised>(&action);
    has_alert = has_alert || (alert != nullptr && alert->event.view() == "LEDGER_DAMAGED");
  }
  EXPECT_TRUE(has_alert);
}

TEST_F(SpillingWriterTest, SpillsWhenTheLedgersDiskIsFullOrItsFileIsOverwritten) {
  // The page limit is SQLite's own full disk; the ledger meets it as it would the real one.
  Decide(Exit(1));
  ASSERT_EQ(spilling_.DoWork(), 2);
  ASSERT_TRUE((*ledger_->Connection())->Run("PRAGMA wal_checkpoint(TRUNCATE)"));
  {
    std::fstream file(folder_.file(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(4096);
    const std::string scribble(std::size_t{4096} * 12, 'Z');
    file.write(scribble.data(), static_cast<std::streamsize>(scribble.size()));
  }
  ASSERT_TRUE((*ledger_->Connection())->Run("PRAGMA shrink_memory"));
  TakeAll(queues_.from_ledger);
  Decide(Exit(2));

  ASSERT_TRUE(Until([&] { return spilling_.DoWork() > 0; }));

  EXPECT_FALSE(health_.is_ledger_writable.load());
  EXPECT_FALSE(spilling_.is_fenced());
  EXPECT_EQ(spill_.Read()->actions.size(), 1U);
  const auto to_venue = TakeAll(queues_.from_ledger);
  ASSERT_EQ(to_venue.size(), 1U);
  EXPECT_EQ(std::get<model::SendOrder>(to_venue[0]).order.id, Exit(2).id);
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
  ExitGate gate(true);
  gate.Set(false, false);
  LedgerWriter fenced(*ledger_, epoch_ + 1, queues_, health_, base::SystemClock(),
                      {.exit_gate = &gate});
  Decide(Entry(1));
  Decide(Exit(2));
  ASSERT_TRUE(queues_.journal.TryPush(model::SendCancel{.order_id = Entry(3).id}));

  fenced.DoWork();

  EXPECT_TRUE(fenced.is_fenced());
  EXPECT_NE(gate.Objection(Exit(4)), nullptr) << "what is already in the queues stays here, too";
  for (const VenueCommand& command : TakeAll(queues_.from_ledger)) {
    EXPECT_TRUE(std::holds_alternative<RefuseOrder>(command));
  }
  for (const model::Action& action : TakeAll(queues_.published)) {
    EXPECT_TRUE(std::holds_alternative<model::AlertRaised>(action));
  }
  EXPECT_EQ(OpenOrders(), 0U);
}

}  // namespace
}  // namespace bulwark::trader

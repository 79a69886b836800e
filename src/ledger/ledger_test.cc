// Goal: what was committed is recovered to the last digit, only the newest run may write, and a
//       stop
// turned is a stop kept.
// Method: real files and a real server, the same for both; by hand for the rules, the randomised
//         runs are in ledger_random_test.cc.

#include "ledger/ledger.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "ledger/ledger_backends.h"
#include "ledger/ledger_testing.h"
#include "model/action.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/switches.h"
#include "sql/connection.h"

namespace bulwark::ledger {
namespace {

using base::ErrorCode;
using testing_support::D;
using testing_support::MakeFill;
using testing_support::MakeOrder;
using testing_support::Pairs;

class LedgerTest : public testing_support::BothBackendsTest {
 protected:
  [[nodiscard]] std::unique_ptr<Ledger> Open() const { return home_.Open(); }
  [[nodiscard]] std::unique_ptr<Ledger> OpenWithAccount() const {
    auto ledger = Open();
    EXPECT_TRUE(ledger->EnsureAccount({.opening_cash = D("100000")}));
    return ledger;
  }
  void Sql(const std::string& statement) const {
    const auto run = home_.Connect()->Run(statement);
    ASSERT_TRUE(run.has_value()) << run.error().message;
  }
};

TEST_P(LedgerTest, RecoversOrdersFillsAnchorAndReservationsAfterReopening) {
  model::Order bought = MakeOrder(1, model::Side::kBuy, "2");
  bought.reserved_cash = D("210");
  bought.reserved_cash_remaining = D("105");
  bought.filled_quantity = D("1");
  bought.filled_notional = D("100");
  bought.fees_paid = D("0.1");
  bought.status = model::OrderStatus::kPartiallyFilled;
  bought.limit_price = D("104.99999999");
  bought.external_id = model::VenueOrderId("P-17");
  bought.strategy = model::StrategyName("ema_cross");
  const model::Fill fill = MakeFill(bought, "t-1", "1", "100");
  {
    const auto ledger = OpenWithAccount();
    const auto epoch = ledger->BeginRun({.version = "test"}, Pairs());
    ASSERT_TRUE(epoch.has_value());
    const std::vector<model::Action> actions{
        model::OrderChanged{bought}, model::FillBooked{fill, D("-0.1")}, model::PortfolioChanged{},
        model::AnchorSet{.utc_day = 20'000, .equity = D("100000")}};
    const auto receipt = ledger->Commit(*epoch, actions);
    ASSERT_TRUE(receipt.has_value()) << receipt.error().message;
    EXPECT_EQ(receipt->journaled, 3U);
  }

  const auto ledger = Open();
  const auto books = ledger->Recover(Pairs());

  ASSERT_TRUE(books.has_value()) << books.error().message;
  EXPECT_EQ(books->portfolio.cash, D("99794.9"));
  EXPECT_EQ(books->portfolio.blocked_cash, D("105"));
  EXPECT_EQ(books->portfolio.realised_pnl, D("-0.1"));
  EXPECT_EQ(books->portfolio.positions[1].quantity, D("1"));
  EXPECT_EQ(books->portfolio.positions[1].cost, D("100"));
  EXPECT_EQ(books->last_epoch, 1U);
  EXPECT_EQ(books->venue_sequence_max, fill.venue_sequence);
  EXPECT_EQ(books->trade_ids, std::vector{fill.trade_id});
  EXPECT_EQ(books->anchor->utc_day, 20'000);
  ASSERT_EQ(books->open_orders.size(), 1U);
  EXPECT_TRUE(testing_support::AreEqual(books->open_orders[0], bought));
  ASSERT_EQ(books->last_fills.size(), 1U);
  EXPECT_TRUE(testing_support::AreEqual(books->last_fills[0].order, bought));
  EXPECT_EQ(books->last_fills[0].fill.at, fill.at);
  EXPECT_TRUE(ledger->FindContradictions(Pairs(), 10)->empty());
}

TEST_P(LedgerTest, ForgetsTheReservationOfATerminalOrderAndKeepsItsEvents) {
  const auto ledger = OpenWithAccount();
  const std::uint64_t epoch = *ledger->BeginRun({}, Pairs());
  model::Order order = MakeOrder(1, model::Side::kBuy, "2");
  order.reserved_cash = order.reserved_cash_remaining = D("200");
  ASSERT_TRUE(ledger->Commit(epoch, std::vector<model::Action>{model::OrderChanged{order}}));
  EXPECT_EQ(ledger->Recover(Pairs())->portfolio.cash, D("99800"));
  order.status = model::OrderStatus::kCancelled;
  order.reserved_cash_remaining = {};
  order.reason = model::Reason("operator");

  ASSERT_TRUE(ledger->Commit(epoch, std::vector<model::Action>{model::OrderChanged{order}}));

  const auto books = ledger->Recover(Pairs());
  EXPECT_TRUE(books->open_orders.empty());
  EXPECT_EQ(books->portfolio.cash, D("100000"));
  EXPECT_EQ(**home_.Connect()->QueryInt("SELECT count(*) FROM order_events"), 2);
}

TEST_P(LedgerTest, SkipsAFillThatIsThereAndStoresTheRest) {
  const auto ledger = OpenWithAccount();
  const std::uint64_t epoch = *ledger->BeginRun({}, Pairs());
  const model::Order order = MakeOrder(1, model::Side::kBuy, "3");
  const model::Fill first = MakeFill(order, "t-1", "1", "100");
  model::Fill altered = first;
  altered.price = D("101");
  const model::Fill second = MakeFill(order, "t-2", "1", "100");
  ASSERT_TRUE(ledger->Commit(
      epoch, std::vector<model::Action>{model::OrderChanged{order}, model::FillBooked{first, {}}}));

  const auto receipt =
      ledger->Commit(epoch, std::vector<model::Action>{model::FillBooked{first, {}},
                                                       model::FillBooked{altered, {}},
                                                       model::FillBooked{second, {}}});

  ASSERT_TRUE(receipt.has_value()) << receipt.error().message;
  EXPECT_EQ(receipt->journaled, 1U);
  ASSERT_EQ(receipt->duplicates.size(), 2U);
  EXPECT_TRUE(receipt->duplicates[0].is_same);
  EXPECT_FALSE(receipt->duplicates[1].is_same);
  EXPECT_EQ(ledger->Recover(Pairs())->portfolio.positions[1].quantity, D("2"));
}

TEST_P(LedgerTest, RefusesASecondTraderAndNamesTheFirst) {
  const auto first = OpenWithAccount();
  ASSERT_TRUE(first->BeginRun({}, Pairs()));
  const auto second = Open();

  const auto refused = second->BeginRun({}, Pairs());

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_NE(refused.error().message.find("another trader holds this ledger"), std::string::npos);
  if (!home_.is_postgres()) {
    EXPECT_NE(refused.error().message.find(std::to_string(::getpid())), std::string::npos);
  }
}

TEST_P(LedgerTest, FencesOffARunWhenANewerOneBegan) {
  const auto ledger = OpenWithAccount();
  const std::uint64_t old_epoch = *ledger->BeginRun({}, Pairs());
  // As a trader on a copy of the lock file's folder, or one whose lock was removed by hand, would
  // do.
  Sql("INSERT INTO runs(started_at, pid, host, version) VALUES(0, 1, 'other', 'test')");

  const auto refused = ledger->Commit(
      old_epoch,
      std::vector<model::Action>{model::OrderChanged{MakeOrder(1, model::Side::kBuy, "1")}});

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_NE(refused.error().message.find("fenced off by run 2"), std::string::npos);
  EXPECT_TRUE(ledger->Recover(Pairs())->open_orders.empty());
}

TEST_P(LedgerTest, SetsTheAccountOnceAndSaysWhatIsIgnored) {
  const auto ledger = OpenWithAccount();

  EXPECT_EQ(*ledger->EnsureAccount({.opening_cash = D("100000")}), std::nullopt);
  const auto note = ledger->EnsureAccount({.opening_cash = D("5")});
  const auto other = ledger->EnsureAccount({.name = "second", .opening_cash = D("100000")});

  ASSERT_TRUE(note.has_value() && note->has_value());
  EXPECT_NE((*note)->find("stays 100000"), std::string::npos);
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().code, ErrorCode::kConflict);
  EXPECT_EQ(ledger->Recover(Pairs())->opening_cash, D("100000"));
}

TEST_P(LedgerTest, KeepsTheTurnsOfBothSwitchesApartAndInOrder) {
  const base::UnixNanos noon{std::chrono::hours{12}};
  const base::UnixNanos later = noon + std::chrono::seconds{1};
  const auto ledger = Open();
  const auto watcher = home_.Open({.access = Access::kReadOnly});
  EXPECT_EQ(*watcher->LastSwitchSequence(), 0U);

  ASSERT_TRUE(ledger->Turn({.which = model::Switch::kHalt,
                            .is_on = true,
                            .reason = "drill",
                            .actor = "human",
                            .at = noon}));
  ASSERT_TRUE(ledger->Turn({.which = model::Switch::kKill, .is_on = true, .at = noon}));
  ASSERT_TRUE(ledger->Turn({.which = model::Switch::kHalt, .is_on = true, .at = later}));
  const auto last = ledger->Turn({.which = model::Switch::kKill, .is_on = false, .at = later});

  EXPECT_EQ(last->sequence, 4U);
  EXPECT_EQ(*watcher->LastSwitchSequence(), 4U);
  const auto state = watcher->ReadSwitches();
  EXPECT_TRUE(state->halt.is_on);
  EXPECT_EQ(state->halt.sequence, 3U);
  EXPECT_FALSE(state->kill.is_on);
  EXPECT_EQ(*watcher->OnSince(model::Switch::kHalt), noon);
  EXPECT_EQ(*watcher->OnSince(model::Switch::kKill), std::nullopt);
}

TEST_P(LedgerTest, AsksForASymbolThatTheConfigurationLost) {
  const auto ledger = OpenWithAccount();
  const std::uint64_t epoch = *ledger->BeginRun({}, Pairs());
  ASSERT_TRUE(ledger->Commit(epoch, std::vector<model::Action>{model::OrderChanged{
                                        MakeOrder(1, model::Side::kBuy, "1")}}));
  model::InstrumentTable smaller;
  ASSERT_TRUE(smaller.Add(*model::DefaultInstrument("SOL/USDT")));

  const auto refused = ledger->Recover(smaller);
  const auto complete = ledger->CompleteInstruments(smaller);
  ASSERT_TRUE(complete.has_value());
  const auto books = ledger->Recover(*complete);

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(complete->size(), 3U);
  ASSERT_EQ(books->open_orders.size(), 1U);
  EXPECT_EQ((*complete)[books->open_orders[0].instrument].symbol.view(), "ETH/USDT");
}

TEST_P(LedgerTest, FindsRowsThatContradictEachOther) {
  {
    const auto ledger = OpenWithAccount();
    const std::uint64_t epoch = *ledger->BeginRun({}, Pairs());
    const model::Order order = MakeOrder(1, model::Side::kBuy, "3");
    ASSERT_TRUE(ledger->Commit(
        epoch,
        std::vector<model::Action>{model::OrderChanged{order},
                                   model::FillBooked{MakeFill(order, "t-1", "1", "100"), D("5")}}));
  }
  Sql("UPDATE order_heads SET is_open = 0");
  Sql("INSERT INTO fills(sequence, account, venue, trade_id, epoch, order_id, instrument_id, side, "
      "price, quantity, fee, realised_pnl, at, booked_at, venue_sequence, pnl_method) "
      "SELECT 9, account, venue, 't-9', epoch, 'gone', instrument_id, side, "
      "price, quantity, fee, realised_pnl, at, booked_at, 9, pnl_method FROM fills");

  const auto ledger = Open();
  const auto unreadable = ledger->FindContradictions(Pairs(), 10);
  Sql("UPDATE fills SET order_id = '00000000-0000-4000-8000-000000000000' WHERE sequence = 9");
  const auto found = ledger->FindContradictions(Pairs(), 10);

  ASSERT_FALSE(unreadable.has_value());
  EXPECT_EQ(unreadable.error().code, ErrorCode::kCorrupt);
  ASSERT_TRUE(found.has_value()) << found.error().message;
  ASSERT_EQ(found->size(), 5U);
  EXPECT_NE((*found)[0].find("realised P&L 5, but the fills give -0.1"), std::string::npos);
  EXPECT_NE((*found)[2].find("its fills sum to 1"), std::string::npos) << (*found)[2];
  EXPECT_NE((*found)[3].find("last event"), std::string::npos);
  EXPECT_NE((*found)[4].find("not in the ledger"), std::string::npos);
}

TEST_P(LedgerTest, RefusesANewerSchemaAndAReaderBeforeTheFirstStart) {
  EXPECT_EQ(Ledger::Open(home_.place(), {.access = Access::kReadOnly}).error().code,
            ErrorCode::kNotFound);
  {
    const auto ledger = Open();
  }
  Sql("INSERT INTO schema_version VALUES(99, 'future', 0)");

  const auto refused = Ledger::Open(home_.place());

  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("schema version 99"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Both, LedgerTest, testing_support::BothBackends(),
                         testing_support::BackendName);

}  // namespace
}  // namespace bulwark::ledger

// Goal: what a restart takes from the ledger lets it recognise everything that it booked before.
// Method: rows by hand, read back through the public interface.

#include <chrono>
#include <cstdint>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time.h"
#include "ledger/ledger.h"
#include "ledger/ledger_backends.h"
#include "ledger/ledger_testing.h"
#include "model/action.h"
#include "model/adjustment.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/share_move.h"

namespace bulwark::ledger {
namespace {

using testing_support::D;
using testing_support::MakeFill;
using testing_support::MakeOrder;
using testing_support::Pairs;

using AdjustmentId = decltype(model::Adjustment::id);
using RecoveryTest = testing_support::BothBackendsTest;

TEST_P(RecoveryTest, NamesTheSplitsAndFeesThatWereBooked) {
  const auto ledger = home_.Open();
  ASSERT_TRUE(ledger->EnsureAccount({.opening_cash = D("1000")}));
  const std::uint64_t epoch = *ledger->BeginRun({}, Pairs());
  const std::vector<model::Action> actions{
      model::BooksAdjusted{.adjustment = {.id = AdjustmentId("split-1"),
                                          .kind = model::AdjustmentKind::kSplit,
                                          .new_shares = 2}},
      model::BooksAdjusted{.adjustment = {.id = AdjustmentId("borrow:0:1"),
                                          .kind = model::AdjustmentKind::kBorrowFee}}};
  ASSERT_TRUE(ledger->Commit(epoch, actions));

  const auto books = ledger->Recover(Pairs());

  ASSERT_TRUE(books.has_value()) << books.error().message;
  EXPECT_THAT(books->adjustment_ids,
              testing::ElementsAre(AdjustmentId("split-1"), AdjustmentId("borrow:0:1")));
}

TEST_P(RecoveryTest, TakesOnlyWhatWasCorrectedForARevision) {
  const auto ledger = home_.Open();
  ASSERT_TRUE(ledger->EnsureAccount({.opening_cash = D("1000")}));
  const std::uint64_t epoch = *ledger->BeginRun({}, Pairs());
  const model::Order order = MakeOrder(1, model::Side::kBuy, "3");
  const auto undo = [&](const char* id, const char* trade) {
    return model::BooksAdjusted{.adjustment = {.id = AdjustmentId(id),
                                               .kind = model::AdjustmentKind::kCorrection,
                                               .instrument = order.instrument,
                                               .trade_id = model::TradeId(trade)}};
  };
  const std::vector<model::Action> actions{
      model::OrderChanged{order},
      model::FillBooked{MakeFill(order, "venue~1", "1", "10"), D("-0.1")},
      undo("before:early", "early"),
      model::FillBooked{MakeFill(order, "early~2", "1", "10"), D("-0.1")}};
  ASSERT_TRUE(ledger->Commit(epoch, actions));

  const auto books = ledger->Recover(Pairs());

  ASSERT_TRUE(books.has_value()) << books.error().message;
  EXPECT_THAT(books->trade_ids,
              testing::UnorderedElementsAre(model::TradeId("early"), model::TradeId("venue~1"),
                                            model::TradeId("early~2")));
  ASSERT_EQ(books->booked_trades.size(), 2U);
  EXPECT_EQ(books->booked_trades[0].revision, 0U);
  EXPECT_EQ(books->booked_trades[1].revision, 2U);
}

TEST_P(RecoveryTest, TellsWhatMovedEquitiesInTheOrderOfBooking) {
  model::InstrumentTable table = Pairs();
  const auto stock = table.Add(*model::DefaultInstrument("AAPL"));
  ASSERT_TRUE(stock.has_value());
  const auto ledger = home_.Open();
  ASSERT_TRUE(ledger->EnsureAccount({.opening_cash = D("1000")}));
  const std::uint64_t epoch = *ledger->BeginRun({}, table);
  const model::Order pair = MakeOrder(1, model::Side::kBuy, "3");
  model::Order order = MakeOrder(2, model::Side::kBuy, "3");
  order.instrument = *stock;
  const auto adjusted = [&](const char* id, model::AdjustmentKind kind) {
    model::Adjustment adjustment{
        .id = AdjustmentId(id), .kind = kind, .instrument = *stock, .new_shares = 2};
    adjustment.taken.quantity = D(kind == model::AdjustmentKind::kSplit ? "0" : "-1");
    return model::BooksAdjusted{.adjustment = adjustment};
  };
  model::BooksAdjusted cash{.adjustment = {.id = AdjustmentId("reconcile:2"),
                                           .kind = model::AdjustmentKind::kAcceptedCash,
                                           .cash = D("1")}};
  const std::vector<model::Action> actions{
      model::OrderChanged{pair},
      model::FillBooked{MakeFill(pair, "P1", "1", "10"), D("-0.1")},
      model::OrderChanged{order},
      model::FillBooked{MakeFill(order, "S1", "2", "10"), D("-0.1")},
      adjusted("split-1", model::AdjustmentKind::kSplit),
      adjusted("reconcile:1", model::AdjustmentKind::kAcceptedPosition),
      cash,
      model::FillBooked{MakeFill(order, "S2", "1", "10"), D("-0.1")}};
  ASSERT_TRUE(ledger->Commit(epoch, actions));

  const auto books = ledger->Recover(table);

  ASSERT_TRUE(books.has_value()) << books.error().message;
  const std::vector<model::ShareMove>& moves = books->share_moves.rows;
  EXPECT_FALSE(books->share_moves.complete_since.has_value());
  ASSERT_EQ(moves.size(), 4U);
  EXPECT_EQ(std::get<model::Fill>(moves[0].what).trade_id, model::TradeId("S1"));
  EXPECT_EQ(moves[0].quantity, D("2"));
  EXPECT_EQ(std::get<model::Adjustment>(moves[1].what).kind, model::AdjustmentKind::kSplit);
  EXPECT_EQ(moves[1].quantity, D("2"));
  EXPECT_EQ(moves[2].quantity, D("-1"));
  EXPECT_EQ(std::get<model::Fill>(moves[3].what).trade_id, model::TradeId("S2"));
  EXPECT_EQ(books->portfolio.at(*stock).owned(), D("4"));
}

TEST_P(RecoveryTest, CountsTheEntriesOfTheNewestDayThatHasOne) {
  const auto ledger = home_.Open();
  ASSERT_TRUE(ledger->EnsureAccount({.opening_cash = D("1000")}));
  const std::uint64_t epoch = *ledger->BeginRun({}, Pairs());
  const base::UnixNanos noon{std::chrono::days{20'000} + std::chrono::hours{12}};
  std::vector<model::Action> actions;
  const auto add = [&](std::uint64_t number, model::Intent intent, base::UnixNanos at,
                       bool is_waiting = false) {
    model::Order order = MakeOrder(number, model::Side::kBuy, "1");
    order.intent = intent;
    order.created_at = at;
    order.is_waiting = is_waiting;
    actions.emplace_back(model::OrderChanged{order});
  };
  add(1, model::Intent::kOpenLong, noon - std::chrono::hours{13});  // The day before.
  add(2, model::Intent::kOpenLong, noon);
  add(2, model::Intent::kOpenLong, noon);  // Changed: the same order.
  add(3, model::Intent::kOpenShort, noon);
  add(4, model::Intent::kOpenLong, noon, true);  // Has not left.
  add(5, model::Intent::kCloseLong, noon);
  ASSERT_TRUE(ledger->Commit(epoch, actions));

  const auto books = ledger->Recover(Pairs());

  ASSERT_TRUE(books.has_value()) << books.error().message;
  EXPECT_EQ(books->entries.utc_day, 20'000);
  EXPECT_EQ(books->entries.count, 2U);
}

TEST_P(RecoveryTest, CountsNoEntriesWhereThereAreNone) {
  const auto ledger = home_.Open();
  ASSERT_TRUE(ledger->EnsureAccount({.opening_cash = D("1000")}));
  ASSERT_TRUE(ledger->BeginRun({}, Pairs()).has_value());

  const auto books = ledger->Recover(Pairs());

  ASSERT_TRUE(books.has_value()) << books.error().message;
  EXPECT_EQ(books->entries.count, 0U);
}

INSTANTIATE_TEST_SUITE_P(Both, RecoveryTest, testing_support::BothBackends(),
                         testing_support::BackendName);

}  // namespace
}  // namespace bulwark::ledger

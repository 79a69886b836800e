// Goal: the books of another installation become the opening of a ledger once, to the last digit,
//       with a receipt; what is recovered from it is the portfolio that was imported.
// Method: documents through opening::MakePlan() into a ledger and out of its recovery, by hand and
//         at random; both databases.

#include "ledger/opening.h"

#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "contract/portfolio_document.h"
#include "ledger/ledger.h"
#include "ledger/ledger_backends.h"
#include "ledger/ledger_testing.h"
#include "ledger/recovered_books.h"
#include "model/accounting.h"
#include "model/action.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/lots.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "opening/documents.h"
#include "opening/plan.h"

namespace bulwark::ledger {
namespace {

using base::Decimal;
using testing::HasSubstr;
using testing_support::D;
using testing_support::MakeFill;
using testing_support::MakeOrder;
using testing_support::Pairs;

constexpr base::UnixNanos kAt{std::chrono::seconds{1'700'000'000}};

Opening Holding() {
  return {.cash = D("90500.25"),
          .positions = {{.symbol = "ETH/USDT", .quantity = D("0"), .cost = D("0")},
                        {.symbol = "BTC/USDT", .quantity = D("1.5"), .cost = D("150.75")}}};
}

base::Result<Receipt> Write(Ledger& ledger, const Opening& opening) {
  return WriteOpening(**ledger.Connection(), {.at = kAt}, opening, "the dump", "what was in it");
}

class OpeningTest : public testing_support::BothBackendsTest {
 protected:
  // As a trader starts: the account of the settings, instruments, a run, the books.
  static RecoveredBooks Start(Ledger& ledger, model::InstrumentTable& table) {
    EXPECT_TRUE(ledger.EnsureAccount({.opening_cash = D("100000"), .at = kAt}).has_value());
    table = *ledger.CompleteInstruments(table);
    EXPECT_TRUE(ledger.BeginRun({.version = "test", .at = kAt}, table).has_value());
    auto books = ledger.Recover(table);
    EXPECT_TRUE(books.has_value()) << books.error().message;
    return *std::move(books);
  }
};

TEST_P(OpeningTest, BecomesTheBooksBeforeTheFirstFill) {
  const auto ledger = home_.Open();
  EXPECT_TRUE(*ledger->IsNew());
  ASSERT_TRUE(Write(*ledger, Holding()).has_value());
  EXPECT_FALSE(*ledger->IsNew());

  model::InstrumentTable table = Pairs();
  const RecoveredBooks books = Start(*ledger, table);

  EXPECT_EQ(books.opening_cash, D("90500.25"));
  EXPECT_EQ(books.opening_cost, D("150.75"));
  EXPECT_EQ(books.portfolio.cash, D("90500.25"));
  const model::InstrumentId btc = *table.Find("BTC/USDT");
  const model::Position& position = books.portfolio.at(btc);
  EXPECT_EQ(position.quantity, D("1.5"));
  EXPECT_EQ(position.cost, D("150.75"));
  ASSERT_EQ(books.portfolio.lots.size(btc), 1U);
  EXPECT_EQ(books.portfolio.lots.At(btc, 0),
            (model::Lot{.quantity = D("1.5"), .cost = D("150.75")}));
  EXPECT_EQ(position.trip.entry_quantity, D("1.5"));
  EXPECT_TRUE(books.portfolio.at(*table.Find("ETH/USDT")).was_ever_held);
  EXPECT_THAT(*ledger->FindContradictions(table, 10), testing::IsEmpty());
}

TEST_P(OpeningTest, SellsWhatWasImportedFirstAndRealisesItsProfit) {
  const auto ledger = home_.Open();
  ASSERT_TRUE(Write(*ledger, Holding()).has_value());
  model::InstrumentTable table = Pairs();
  Start(*ledger, table);
  model::Portfolio portfolio = ledger->Recover(table)->portfolio;
  model::Order order = MakeOrder(1, model::Side::kSell, "1.5");
  order.instrument = *table.Find("BTC/USDT");
  order.status = model::OrderStatus::kFilled;
  const model::Fill fill = MakeFill(order, "t-1", "1.5", "200");
  const auto effect = model::ApplyFill(fill, portfolio);
  order.filled_quantity = fill.quantity;
  order.filled_notional = fill.notional();
  order.fees_paid = fill.fee;
  const std::vector<model::Action> actions = {
      model::FillBooked{.fill = fill, .realised_pnl = effect.realised_pnl},
      model::OrderChanged{.order = order}};

  ASSERT_TRUE(ledger->Commit(1, actions).has_value());

  EXPECT_EQ(effect.realised_pnl, D("149.25") - fill.fee);
  ASSERT_TRUE(effect.ended_trip.has_value());
  EXPECT_EQ(effect.ended_trip->entry_notional, D("150.75"));
  const auto books = ledger->Recover(table);
  EXPECT_EQ(books->portfolio, portfolio);
  EXPECT_THAT(*ledger->FindContradictions(table, 10), testing::IsEmpty());
}

TEST_P(OpeningTest, LeavesAReceiptWithTheHashOfItsSource) {
  const auto ledger = home_.Open();
  EXPECT_FALSE(ReadReceipt(**ledger->Connection())->has_value());

  const auto receipt = Write(*ledger, Holding());

  ASSERT_TRUE(receipt.has_value()) << receipt.error().message;
  EXPECT_EQ(receipt->digest.size(), 64U);
  EXPECT_EQ(receipt->text, "what was in it");
  EXPECT_EQ(*ReadReceipt(**ledger->Connection()), *receipt);
  EXPECT_EQ((*ReadOpeningOf(**ledger->Connection()))->cash, D("90500.25"));
  EXPECT_THAT((*ReadOpeningOf(**ledger->Connection()))->positions,
              testing::UnorderedElementsAreArray(Holding().positions));
}

TEST_P(OpeningTest, IsRefusedASecondTimeAndNamesTheFirst) {
  const auto ledger = home_.Open();
  const auto first = Write(*ledger, Holding());
  ASSERT_TRUE(first.has_value());

  const auto second = Write(*ledger, {.cash = D("1")});

  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, base::ErrorCode::kConflict);
  EXPECT_THAT(second.error().message, HasSubstr("an import was made at 2023-11-14T22:13:20Z"));
  EXPECT_THAT(second.error().message, HasSubstr(first->digest));
  EXPECT_EQ((*ReadOpeningOf(**ledger->Connection()))->cash, D("90500.25"));
}

TEST_P(OpeningTest, IsRefusedByALedgerThatHasBooks) {
  const auto ledger = home_.Open();
  model::InstrumentTable table = Pairs();
  Start(*ledger, table);
  EXPECT_FALSE(*ledger->IsNew());

  const auto written = Write(*ledger, Holding());

  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().code, base::ErrorCode::kConflict);
  EXPECT_THAT(written.error().message, HasSubstr("has books of its own"));
  EXPECT_EQ(ledger->Recover(table)->portfolio.cash, D("100000"));
}

TEST_P(OpeningTest, TakesALedgerWhoseFirstStartGotNoFurtherThanItsAccount) {
  const auto ledger = home_.Open();
  ASSERT_TRUE(ledger->EnsureAccount({.opening_cash = D("100000"), .at = kAt}).has_value());
  EXPECT_TRUE(*ledger->IsNew());

  EXPECT_TRUE(Write(*ledger, Holding()).has_value());
  model::InstrumentTable table = Pairs();
  EXPECT_EQ(Start(*ledger, table).portfolio.cash, D("90500.25"));
}

TEST_P(OpeningTest, WritesNothingOfAnOpeningItRefuses) {
  const auto ledger = home_.Open();
  Opening negative = Holding();
  negative.positions[1].quantity = D("-1");
  Opening twice = Holding();
  twice.positions.push_back(twice.positions.front());

  EXPECT_THAT(Write(*ledger, {.cash = D("-0.01")}).error().message,
              HasSubstr("opening cash is -0.01"));
  EXPECT_THAT(Write(*ledger, negative).error().message, HasSubstr("opening quantity is -1"));
  EXPECT_THAT(Write(*ledger, twice).error().message, HasSubstr("ETH/USDT"));
  EXPECT_TRUE(*ledger->IsNew());
  EXPECT_FALSE(ReadOpeningOf(**ledger->Connection())->has_value());
}

// A document as E2 writes it, with amounts at random.
std::string AnyDocument(std::mt19937_64& random, const model::InstrumentTable& table) {
  const auto amount = [&] {
    return Decimal::FromRaw(static_cast<std::int64_t>(random() % 50'000'000'000'000'000U));
  };
  model::Portfolio portfolio;
  portfolio.cash = amount();
  for (const model::Instrument& instrument : table.rows()) {
    if (random() % 4 != 0) {
      portfolio.at(instrument.id).was_ever_held = true;
      portfolio.at(instrument.id).quantity = random() % 3 == 0 ? Decimal() : amount();
    }
  }
  std::string text;
  contract::EncodePortfolio(text, portfolio, table);
  return text;
}

TEST_P(OpeningTest, RecoversTheDocumentThatWasImported) {
  std::mt19937_64 random{20261122};
  const int rounds = home_.is_postgres() ? 5 : 50;
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE(round);
    const testing_support::LedgerHome home{GetParam()};
    model::InstrumentTable table = Pairs();
    const std::string text = AnyDocument(random, table);
    const auto documents = opening::ParseDump("oms:portfolio " + text);
    ASSERT_TRUE(documents.has_value());
    const auto document = contract::DecodePortfolio(text);
    ASSERT_TRUE(document.has_value()) << document.error().message;
    opening::Choices choices;
    for (const auto& [symbol, quantity] : document->positions) {
      choices.prices[symbol] = D("0.5");
    }
    const opening::Plan plan = opening::MakePlan(*documents, choices);
    ASSERT_THAT(plan.refused, testing::IsEmpty());
    Opening opening{.cash = plan.cash};
    for (const opening::OpeningPosition& position : plan.positions) {
      opening.positions.push_back(
          {.symbol = position.symbol, .quantity = position.quantity, .cost = position.cost});
    }
    const auto ledger = home.Open();
    ASSERT_TRUE(Write(*ledger, opening).has_value());

    const RecoveredBooks books = Start(*ledger, table);

    std::string again;
    contract::EncodePortfolio(again, books.portfolio, table);
    ASSERT_EQ(again, text);
  }
}

INSTANTIATE_TEST_SUITE_P(Both, OpeningTest, testing_support::BothBackends(),
                         testing_support::BackendName);

}  // namespace
}  // namespace bulwark::ledger

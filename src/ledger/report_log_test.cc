// Goal: reports, decisions and what was booked for them survive, each once; the books recovered
//       after an adjustment are the ones that had it between the same fills.
// Method: a real ledger of each kind, closed and opened again.

#include "ledger/report_log.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "ledger/ledger.h"
#include "ledger/ledger_backends.h"
#include "ledger/ledger_testing.h"
#include "model/accounting.h"
#include "model/action.h"
#include "model/adjustment.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "reconcile/difference.h"
#include "reconcile/report.h"

namespace bulwark::ledger {
namespace {

using testing_support::D;
using testing_support::MakeFill;
using testing_support::MakeOrder;

constexpr base::UnixNanos kAt{std::chrono::seconds{1'800'000'000}};

reconcile::Report TwoItems() {
  reconcile::Report report{.trigger = reconcile::Trigger::kStart, .epoch = 1, .at = kAt};
  report.items.push_back({.difference = {.kind = reconcile::Kind::kPositionDrift,
                                         .instrument = model::InstrumentId{1},
                                         .symbol = model::Symbol("ETH/USDT"),
                                         .ours = D("1"),
                                         .venue = D("1.5"),
                                         .price = D("100")},
                          .why = "both have seen the same fills"});
  report.items.push_back({.difference = {.kind = reconcile::Kind::kForeignOrder,
                                         .order_id = base::Uuid::Derive(9, 9, 9),
                                         .venue_order_id = model::VenueOrderId("v1"),
                                         .symbol = model::Symbol("ETH/USDT"),
                                         .venue = D("2")}});
  for (reconcile::Item& item : report.items) {
    item.proposal = reconcile::ProposalFor(item.difference);
  }
  report.orders = {report.items[1].difference};
  return report;
}

class ReportLogTest : public testing_support::BothBackendsTest {
 protected:
  std::unique_ptr<Ledger> Open() { return home_.Open(); }
  reconcile::Report Save() { return *ReportLog(Open()).SaveReport(TwoItems(), table_); }

  model::InstrumentTable table_ = testing_support::Pairs();
};

TEST_P(ReportLogTest, KeepsTheNewestReportAsItWasTold) {
  ReportLog log(Open());
  ASSERT_FALSE(log.NewestReport()->has_value());
  ASSERT_TRUE(log.SaveReport({.epoch = 1, .at = kAt}, table_).has_value());

  const auto saved = log.SaveReport(TwoItems(), table_);

  ASSERT_TRUE(saved.has_value()) << saved.error().message;
  EXPECT_EQ(saved->id, 2U);
  const auto newest = *log.NewestReport();
  ASSERT_TRUE(newest.has_value());
  EXPECT_EQ(newest->text, reconcile::DescribeNews(*saved, table_));
  ASSERT_EQ(newest->items.size(), 2U);
  reconcile::Difference expected = TwoItems().items[0].difference;
  expected.instrument.reset();  // A report names instruments, it does not number them.
  EXPECT_EQ(newest->items[0].item.difference, expected);
  EXPECT_EQ(newest->items[0].item.proposal, TwoItems().items[0].proposal);
  EXPECT_EQ(newest->items[1].item.difference, TwoItems().items[1].difference);
}

TEST_P(ReportLogTest, RemembersForeignOrders) {
  Save();
  Save();

  EXPECT_EQ(*Open()->ForeignOrders(), std::vector{base::Uuid::Derive(9, 9, 9).ToString()});
}

TEST_P(ReportLogTest, DoesNotCallAnOrderForeignThatTheBooksKnow) {
  const model::Order ours = MakeOrder(1, model::Side::kBuy, "1");
  {
    auto ledger = Open();
    ASSERT_TRUE(ledger->EnsureAccount({.opening_cash = D("1000"), .at = kAt}).has_value());
    const auto epoch = *ledger->BeginRun({.version = "test", .at = kAt}, table_);
    ASSERT_TRUE(ledger->Commit(epoch, std::vector<model::Action>{model::OrderChanged{ours}}));
  }
  reconcile::Report report = TwoItems();
  report.orders[0].order_id = ours.id;

  ASSERT_TRUE(ReportLog(Open()).SaveReport(report, table_).has_value());

  EXPECT_TRUE(Open()->ForeignOrders()->empty());
}

// A stranger's fill is booked at once, its order by the report: a death between the two must not
// leave a fill without an order for ever.
TEST_P(ReportLogTest, RemembersTheOrderOfAFillWhoseRunDiedBeforeItsReport) {
  auto ledger = Open();
  ASSERT_TRUE(ledger->EnsureAccount({.opening_cash = D("1000"), .at = kAt}).has_value());
  const auto epoch = *ledger->BeginRun({.version = "test", .at = kAt}, table_);
  model::FillBooked booked;
  booked.fill = testing_support::MakeFill(MakeOrder(4, model::Side::kBuy, "1"), "T-4", "1", "100");
  ASSERT_TRUE(ledger->Commit(epoch, std::vector<model::Action>{booked}));

  ReportLog log(Open());
  ASSERT_TRUE(log.SaveReport({.epoch = epoch, .at = kAt}, table_).has_value());
  EXPECT_TRUE(Open()->ForeignOrders()->empty()) << "only a start looks for them";
  ASSERT_TRUE(
      log.SaveReport({.trigger = reconcile::Trigger::kStart, .epoch = epoch, .at = kAt}, table_)
          .has_value());

  EXPECT_EQ(*Open()->ForeignOrders(), std::vector{booked.fill.order_id.ToString()});
}

TEST_P(ReportLogTest, TakesNoReportOfARunThatWasFencedOff) {
  auto ledger = Open();
  ASSERT_TRUE(ledger->EnsureAccount({.opening_cash = D("1000"), .at = kAt}).has_value());
  const auto epoch = *ledger->BeginRun({.version = "test", .at = kAt}, table_);

  const auto refused = ReportLog(Open()).SaveReport({.epoch = epoch - 1, .at = kAt}, table_);

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, base::ErrorCode::kConflict);
  EXPECT_FALSE((*ReportLog(Open()).NewestReport()).has_value());
  EXPECT_EQ(ReportLog(Open())
                .SaveOutcome({.decision = 1, .outcome = "done", .epoch = epoch - 1}, kAt)
                .error()
                .code,
            base::ErrorCode::kConflict);
}

TEST_P(ReportLogTest, TakesOneDecisionPerItemOfTheNewestReport) {
  const reconcile::Report old = Save();
  const reconcile::Report report = Save();
  ReportLog log(Open());

  EXPECT_EQ(log.Decide(old.items[0].id, reconcile::Verb::kAccept, "human", kAt).error().code,
            base::ErrorCode::kNotFound);
  ASSERT_TRUE(log.Decide(report.items[0].id, reconcile::Verb::kAccept, "human", kAt).has_value());
  EXPECT_EQ(log.Decide(report.items[0].id, reconcile::Verb::kAccept, "human", kAt).error().code,
            base::ErrorCode::kConflict);

  const auto open = log.OpenDecisions();
  ASSERT_EQ(open->size(), 1U);
  EXPECT_EQ((*open)[0].item.id, report.items[0].id);
  EXPECT_EQ((*open)[0].actor, "human");
  const std::uint64_t decision = (*open)[0].id;
  EXPECT_EQ(*log.OutcomeOf(decision), std::nullopt);
  ASSERT_TRUE(log.SaveOutcome({.decision = decision, .outcome = "done"}, kAt).has_value());
  EXPECT_TRUE(log.OpenDecisions()->empty());
  EXPECT_EQ(*log.OutcomeOf(decision), "done");
  EXPECT_EQ((*log.NewestReport())->items[0].outcome, "done");
}

TEST_P(ReportLogTest, BooksAnAdjustmentOnceAndAtItsPlaceBetweenTheFills) {
  const reconcile::Report report = Save();
  const model::Order buy = MakeOrder(1, model::Side::kBuy, "1");
  const model::Order sell = MakeOrder(2, model::Side::kSell, "1.5");
  reconcile::Difference drift = report.items[0].difference;
  drift.instrument = model::InstrumentId{1};
  model::Adjustment adjustment =
      reconcile::AdjustmentFor({.item = report.items[0], .actor = "human"}, drift);
  adjustment.at = kAt;
  model::Portfolio expected;
  expected.cash = D("1000");
  const model::Fill bought = MakeFill(buy, "t1", "1", "90");
  const model::Fill sold = MakeFill(sell, "t2", "1.5", "110");
  model::ApplyFill(bought, expected);
  model::ApplyAdjustment(adjustment, expected);
  model::ApplyFill(sold, expected);
  {
    auto ledger = Open();
    ASSERT_TRUE(ledger->EnsureAccount({.opening_cash = D("1000"), .at = kAt}).has_value());
    const auto epoch = *ledger->BeginRun({.version = "test", .at = kAt}, table_);
    const std::vector<std::vector<model::Action>> groups{{model::FillBooked{.fill = bought}},
                                                         {model::BooksAdjusted{adjustment}},
                                                         {model::BooksAdjusted{adjustment}},
                                                         {model::FillBooked{.fill = sold}}};
    for (const auto& group : groups) {
      ASSERT_TRUE(ledger->Commit(epoch, group).has_value());
    }
  }

  const auto books = Open()->Recover(table_);

  ASSERT_TRUE(books.has_value()) << books.error().message;
  EXPECT_EQ(books->portfolio, expected);
  EXPECT_EQ((*ReportLog(Open()).NewestReport())->items[0].outcome, "done");
}

INSTANTIATE_TEST_SUITE_P(Databases, ReportLogTest, testing_support::BothBackends(),
                         testing_support::BackendName);

}  // namespace
}  // namespace bulwark::ledger

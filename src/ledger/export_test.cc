// Goal: an exported ledger comes back the same, in either database, or not at all.
// Method: every pair of databases; exports that were cut, altered and brought to a full ledger.

#include "ledger/export.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "base/fixed_string.h"
#include "base/result.h"
#include "ledger/ledger.h"
#include "ledger/ledger_backends.h"
#include "ledger/ledger_testing.h"
#include "model/action.h"
#include "model/adjustment.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/switches.h"

namespace bulwark::ledger {
namespace {

using base::ErrorCode;
using testing_support::Backend;
using testing_support::D;
using testing_support::LedgerHome;
using testing_support::MakeFill;
using testing_support::MakeOrder;
using testing_support::Pairs;

void Trade(Ledger& ledger) {
  ASSERT_TRUE(ledger.EnsureAccount({.opening_cash = D("100000")}));
  const std::uint64_t epoch = *ledger.BeginRun({.fills_per_snapshot = 3}, Pairs());
  for (std::uint64_t number = 1; number <= 8; ++number) {
    model::Order order = MakeOrder(number, model::Side::kBuy, "1");
    order.reserved_cash = order.reserved_cash_remaining = D("10");
    order.limit_price = number % 2 == 0 ? std::optional(D("0.00000001")) : std::nullopt;
    ASSERT_TRUE(ledger.Commit(epoch, std::vector<model::Action>{model::OrderChanged{order}}));
    if (number > 6) {
      continue;
    }
    order.status = model::OrderStatus::kFilled;
    order.filled_quantity = order.quantity;
    order.fees_paid = D("0.1");
    order.reserved_cash_remaining = {};
    order.reason = model::Reason("it's \"done\"\nand \xC3\xA9");
    ASSERT_TRUE(ledger.Commit(
        epoch,
        std::vector<model::Action>{
            model::OrderChanged{order},
            model::FillBooked{MakeFill(order, "t-" + std::to_string(number), "1", "10"), D("-0.1")},
            model::AnchorSet{.utc_day = 7, .equity = D("5")}}));
  }
  ASSERT_TRUE(ledger.Commit(
      epoch, std::vector<model::Action>{
                 model::BooksAdjusted{.adjustment = {.id = base::FixedString<64>("dividend:1"),
                                                     .kind = model::AdjustmentKind::kDividend,
                                                     .instrument = {1},
                                                     .cash = D("3")},
                                      .realised_pnl = D("3")},
                 model::RoundTripClosed{.id = model::TradeId("t-6"), .instrument = {1}},
                 model::AnchorSet{.utc_day = 7, .equity = D("6"), .kind = model::AnchorKind::kWeek},
                 model::AnchorSet{
                     .utc_day = 7, .equity = D("4"), .kind = model::AnchorKind::kInception}}));
  ASSERT_TRUE(ledger.Turn({.which = model::Switch::kHalt, .is_on = true, .reason = "drill"}));
}

std::string ExportOf(Ledger& ledger) {
  std::ostringstream out;
  const auto rows = ExportRows(**ledger.Connection(), out);
  EXPECT_TRUE(rows.has_value()) << rows.error().message;
  return out.str();
}

base::Result<std::uint64_t> Restore(Ledger& ledger, const std::string& text) {
  std::istringstream in(text);
  return RestoreRows(**ledger.Connection(), in);
}

class ExportTest : public testing::TestWithParam<std::tuple<Backend, Backend>> {
 protected:
  LedgerHome from_{std::get<0>(GetParam())};
  LedgerHome to_{std::get<1>(GetParam())};
};

TEST_P(ExportTest, ComesBackTheSameAndGoesOn) {
  const auto ledger = from_.Open();
  Trade(*ledger);
  const std::string text = ExportOf(*ledger);
  const auto restored = to_.Open();

  const auto rows = Restore(*restored, text);

  ASSERT_TRUE(rows.has_value()) << rows.error().message;
  EXPECT_EQ(ExportOf(*restored), text);
  EXPECT_EQ(*restored->FindChainBreak(Depth::kWhole), std::nullopt);
  EXPECT_TRUE(restored->FindContradictions(Pairs(), 5)->empty());
  EXPECT_TRUE(restored->ReadSwitches()->halt.is_on);
  EXPECT_EQ(restored->Recover(Pairs())->portfolio, ledger->Recover(Pairs())->portfolio);
  EXPECT_EQ(*restored->BeginRun({}, Pairs()), *ledger->LastEpoch() + 1);
  EXPECT_EQ(restored->Turn({.which = model::Switch::kHalt})->sequence, 2U);
  ASSERT_TRUE(restored->Commit(
      2, std::vector<model::Action>{model::OrderChanged{MakeOrder(99, model::Side::kBuy, "1")}}));
  EXPECT_EQ(*restored->FindChainBreak(Depth::kWhole), std::nullopt);
}

TEST_P(ExportTest, RestoresNothingOfAnExportThatWasCutOrAltered) {
  const auto ledger = from_.Open();
  Trade(*ledger);
  const std::string text = ExportOf(*ledger);
  const auto restored = to_.Open();
  std::string altered = text;
  altered.replace(altered.find("\"quantity\":100000000"), 20, "\"quantity\":100000001");
  const std::string cut = text.substr(0, text.rfind('\n', text.size() - 2) + 1);
  std::string without_line = text;
  const std::size_t line = without_line.find("{\"table\":\"fills\"");
  without_line.erase(line, without_line.find('\n', line) - line + 1);
  for (const std::string& wrong :
       {altered, cut, without_line, std::string("{}\n"), std::string()}) {
    const auto refused = Restore(*restored, wrong);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt) << refused.error().message;
  }

  EXPECT_TRUE(Restore(*restored, text).has_value()) << "nothing was left behind";
  EXPECT_EQ(Restore(*restored, text).error().code, ErrorCode::kConflict);
}

INSTANTIATE_TEST_SUITE_P(Pairs, ExportTest,
                         testing::Combine(testing_support::BothBackends(),
                                          testing_support::BothBackends()));

}  // namespace
}  // namespace bulwark::ledger

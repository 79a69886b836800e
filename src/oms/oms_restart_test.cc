// Goal: a restarted OMS knows what it booked before, and takes nothing else for it.
// Method: opening books by hand, then the venue's repeats.

#include <algorithm>
#include <string_view>
#include <variant>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/adjustment.h"
#include "model/fill.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "oms/oms.h"
#include "oms/oms_testing.h"
#include "oms/seen_trades.h"

namespace bulwark::oms {
namespace {

using testing_support::D;
using testing_support::kNow;
using testing_support::MakeFill;

model::Fill Trade(std::string_view id) {
  return MakeFill(1, id, model::Side::kBuy, D("100"), D("1"));
}

TEST(OmsRestartTest, BooksASplitFromBeforeTheRestartNoSecondTime) {
  OpeningBooks books{.portfolio = {.cash = D("1000")}, .adjustments = {AdjustmentId("split-1")}};
  books.portfolio.positions[0].quantity = D("2");
  Oms oms(books);
  model::ActionBuffer out;

  oms.Book({.id = AdjustmentId("split-1"), .kind = model::AdjustmentKind::kSplit, .new_shares = 2},
           kNow, out);

  EXPECT_EQ(oms.portfolio().positions[0].owned(), D("2"));
  EXPECT_TRUE(oms.HasBooked(AdjustmentId("split-1")));
  EXPECT_EQ(oms.duplicate_fills(), 1U);
}

TEST(OmsRestartTest, TakesATradeOfTheVenueForItselfWhateverItsIdEndsIn) {
  Oms oms({.portfolio = {.cash = D("1000")},
           .trades = {model::TradeId("ABC~1")},
           .booked_trades = {{.fill = Trade("ABC~1")}}});
  model::ActionBuffer out;

  oms.On(model::OrderFilled{.fill = Trade("ABC")}, kNow, out);

  EXPECT_EQ(oms.portfolio().positions[0].owned(), D("1"));
  EXPECT_EQ(oms.duplicate_fills(), 0U);
}

TEST(OmsRestartTest, KnowsACorrectedTradeByItsFirstId) {
  Oms oms({.portfolio = {.cash = D("1000")},
           .trades = {model::TradeId("ABC~1")},
           .booked_trades = {{.fill = Trade("ABC~1"), .revision = 1}}});
  model::ActionBuffer out;

  oms.On(model::OrderFilled{.fill = Trade("ABC")}, kNow, out);

  EXPECT_EQ(oms.portfolio().positions[0].owned(), D("0"));
  EXPECT_EQ(oms.duplicate_fills(), 1U);
}

// Found by bulwark-sim: the trade counted as booked, and its order stayed partly filled for ever.
TEST(OmsRestartTest, BooksATradeWhoseBustWasHereBeforeItAndBeforeTheRestart) {
  const model::Fill note{.trade_id = model::TradeId("T1")};
  Oms oms({.portfolio = {.cash = D("1000")},
           .booked_trades = {{.fill = note, .is_booked = false, .is_void = true}}});
  model::ActionBuffer out;

  oms.On(model::OrderFilled{.fill = Trade("T1")}, kNow, out);
  oms.On(model::OrderFilled{.fill = Trade("T1")}, kNow, out);

  EXPECT_EQ(oms.portfolio().positions[0].owned(), D("0"));
  EXPECT_EQ(oms.portfolio().cash, D("1000"));
  EXPECT_EQ(oms.duplicate_fills(), 1U);
  EXPECT_EQ(std::ranges::count_if(out.list(),
                                  [](const model::Action& action) {
                                    return std::holds_alternative<model::FillBooked>(action);
                                  }),
            1);
}

}  // namespace
}  // namespace bulwark::oms

// Goal: a person can read what happened, what differs and what would be booked.
// Method: one report with everything in it, and one with nothing.

#include "reconcile/report.h"

#include <chrono>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "base/ensure.h"
#include "model/adjustment.h"
#include "model/instrument.h"
#include "model/lots.h"
#include "model/order.h"
#include "reconcile/difference.h"
#include "reconcile/reconcile_testing.h"

namespace bulwark::reconcile {
namespace {

using testing_support::CashDrift;
using testing_support::D;
using testing_support::kStart;
using testing_support::NotWorking;
using testing_support::OwnId;

model::InstrumentTable Table() {
  model::InstrumentTable table;
  ENSURE(table.Add(*model::DefaultInstrument("BTC/USDT")).has_value());
  return table;
}

Difference PositionDrift() {
  return {.kind = Kind::kPositionDrift,
          .instrument = model::InstrumentId{0},
          .symbol = model::Symbol("BTC/USDT"),
          .ours = D("0.5"),
          .venue = D("0.25"),
          .price = D("60000")};
}

TEST(ReportTest, TellsFillsEndsDifferencesAndProposals) {
  Report report{.trigger = Trigger::kStart, .epoch = 7, .at = kStart};
  report.fills = {{.trade_id = model::TradeId("t1"),
                   .price = D("60000"),
                   .quantity = D("0.5"),
                   .fee = D("30"),
                   .at = kStart}};
  report.ended = {{.order_id = OwnId(1), .what = "cancelled"}};
  report.items = {{.id = 3, .difference = PositionDrift(), .why = "both have seen the same fills"},
                  {.difference = CashDrift("990")}};
  for (Item& item : report.items) {
    item.proposal = ProposalFor(item.difference);
  }

  report.away_since = kStart - std::chrono::hours{9} - std::chrono::minutes{41};

  EXPECT_EQ(Describe(report, Table()),
            "While you were away: run 7, 2027-01-15T08:00:00Z\n"
            "Nobody kept the books for 9 h 41 min, since 2027-01-14T22:19:00Z\n"
            "At the venue meanwhile: 1 fill, 1 order ended\n"
            "  BUY 0.5 BTC/USDT at 60000, fee 30, 2027-01-15T08:00:00Z (trade t1)\n"
            "  order " +
                OwnId(1).ToString() +
                ": cancelled\n"
                "2 differences to the venue, 2 of them stop entries until settled; exits and "
                "cancels go on\n"
                "  #3 position BTC/USDT: ours 0.5, venue 0.25 (-0.25)\n"
                "     both have seen the same fills\n"
                "     proposed: book position BTC/USDT -0.25 at 60000\n"
                "  - cash: ours 1000, venue 990 (-10)\n"
                "     proposed: book cash -10\n");
}

TEST(ReportTest, SaysHowAnOrderPlacedByHandBecomesOurs) {
  const ItemLine line{.item = {.id = 4,
                               .difference = {.kind = Kind::kForeignOrder,
                                              .order_id = OwnId(1),
                                              .venue_order_id = model::VenueOrderId("v1"),
                                              .symbol = model::Symbol("BTC/USDT"),
                                              .venue = D("2")}},
                      .state = "[open]"};

  const std::string text = DescribeItems({line});

  EXPECT_NE(text.find("1 difference to the venue, none stops entries"), std::string::npos) << text;
  EXPECT_NE(text.find("bulwark reconcile adopt " + OwnId(1).ToString()), std::string::npos);
  EXPECT_NE(text.find("     [open]\n"), std::string::npos);
}

TEST(ReportTest, SaysWhenNothingDiffers) {
  EXPECT_EQ(Describe(Report{.epoch = 7, .at = kStart}, Table()),
            "The account in run 7, 2027-01-15T08:00:00Z\nNothing differs from the venue\n");
}

TEST(ReportTest, ProposesOnlyWhatCanBePutRightInOurBooks) {
  Difference unknown = PositionDrift();
  unknown.instrument.reset();

  EXPECT_EQ(ProposalFor(unknown).kind, ProposalKind::kNone);
  EXPECT_EQ(ProposalFor(NotWorking(1)).kind, ProposalKind::kGiveUp);
  EXPECT_EQ(ProposalFor({.kind = Kind::kLostFills}).kind, ProposalKind::kNone);
  EXPECT_EQ(ProposalFor({.kind = Kind::kForeignOrder}).kind, ProposalKind::kNone);
}

TEST(ReportTest, NamesItsWordsBothWays) {
  for (const Trigger trigger : {Trigger::kStart, Trigger::kWatch}) {
    EXPECT_EQ(TriggerFromName(Name(trigger)), trigger);
  }
  for (const ProposalKind kind :
       {ProposalKind::kNone, ProposalKind::kAdjust, ProposalKind::kGiveUp}) {
    EXPECT_EQ(ProposalKindFromName(Name(kind)), kind);
  }
  for (const Verb verb : {Verb::kAccept, Verb::kAdopt}) {
    EXPECT_EQ(VerbFromName(Name(verb)), verb);
  }
  EXPECT_EQ(VerbFromName("accept"), std::nullopt);
}

TEST(ReportTest, BooksWhatWasProposedUnderTheNumberOfItsItem) {
  const Difference drift{.kind = Kind::kPositionDrift,
                         .instrument = model::InstrumentId{2},
                         .ours = D("1"),
                         .venue = D("0.75"),
                         .price = D("60000")};
  const Decision decision{.item = {.id = 12}, .actor = "ada"};

  const model::Adjustment position = AdjustmentFor(decision, drift);
  EXPECT_EQ(position.id.view(), "reconcile:12");
  EXPECT_EQ(position.kind, model::AdjustmentKind::kAcceptedPosition);
  EXPECT_EQ(position.instrument, model::InstrumentId{2});
  EXPECT_EQ(position.taken, (model::Lot{D("-0.25"), D("-15000")}));
  EXPECT_TRUE(position.cash.is_zero());
  EXPECT_EQ(position.actor, model::Actor("ada"));

  const model::Adjustment cash =
      AdjustmentFor(decision, {.kind = Kind::kCashDrift, .ours = D("5"), .venue = D("7")});
  EXPECT_EQ(cash.kind, model::AdjustmentKind::kAcceptedCash);
  EXPECT_EQ(cash.cash, D("2"));
  EXPECT_EQ(cash.taken, model::Lot{});
}

}  // namespace
}  // namespace bulwark::reconcile

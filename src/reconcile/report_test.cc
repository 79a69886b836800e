// Goal: a person can read what happened, what differs and what would be booked.
// Method: one report with everything in it, and one with nothing.

#include "reconcile/report.h"

#include <gtest/gtest.h>

#include "base/ensure.h"
#include "model/fill.h"
#include "model/instrument.h"
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
                   .fee = D("30")}};
  report.ended = {{.order_id = OwnId(1), .what = "cancelled"}};
  report.items = {{.id = 3, .difference = PositionDrift(), .why = "both have seen the same fills"},
                  {.difference = CashDrift("990")}};
  for (Item& item : report.items) {
    item.proposal = ProposalFor(item.difference);
  }

  EXPECT_EQ(Describe(report, Table()),
            "While you were away, 2027-01-15T08:00:00Z, run 7\n"
            "1 fill booked, 1 order ended\n"
            "  fill t1: BUY 0.5 BTC/USDT at 60000, fee 30\n"
            "  order " +
                OwnId(1).ToString() +
                ": cancelled\n"
                "2 differences to look at\n"
                "  #3 position BTC/USDT: ours 0.5, venue 0.25 (-0.25); both have seen the same "
                "fills\n"
                "     proposed: book position BTC/USDT -0.25 at 60000\n"
                "  - cash: ours 1000, venue 990 (-10)\n"
                "     proposed: book cash -10\n");
}

TEST(ReportTest, SaysWhenNothingDiffers) {
  EXPECT_EQ(Describe(Report{.epoch = 7, .at = kStart}, Table()),
            "Account, 2027-01-15T08:00:00Z, run 7\nnothing differs from the venue\n");
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

}  // namespace
}  // namespace bulwark::reconcile

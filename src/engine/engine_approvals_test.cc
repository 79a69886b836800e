// Goal: an order that waits for a person becomes exactly one order, as it was proposed and only if
//       everything allows it when the person says yes; whatever overtakes it ends it, once.
// Method: an engine under the test's hand; the strategy's wishes come as orders of its origin.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "base/uuid.h"
#include "engine/engine.h"
#include "engine/engine_testing.h"
#include "model/action.h"
#include "model/autonomy.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/proposal.h"
#include "model/signal.h"

namespace bulwark::engine {
namespace {

using model::AutonomyMode;
using model::ProposalState;
using std::chrono::minutes;
using std::chrono::seconds;
using testing_support::D;

class EngineApprovalsTest : public testing_support::EngineFixture {
 protected:
  EngineApprovalsTest() {
    AddInstrument("BTCUSDT");
    AddInstrument("ETHUSDT");
    Start({.mode = AutonomyMode::kManualApproval});
  }

  void Start(OpenApprovals approvals) {
    testing_support::Wanted wanted;
    wanted.limits.entry.cooldown = base::Nanos{0};
    wanted.limits.data_age_max = std::chrono::hours{1};
    wanted.options.feed_silence_max = std::chrono::hours{1};
    wanted.approvals = std::move(approvals);
    Build(std::move(wanted));
    SetLink(true);
    Give(model::VenueBooks{.cash = D("100000"), .at = now_});
    Allow();
    Tick("50000");
    out_.Clear();
  }
  void Allow(AutonomyMode mode = AutonomyMode::kManualApproval, bool is_halted = false,
             bool is_killed = false) {
    Give(model::Permit{.is_halted = is_halted,
                       .is_killed = is_killed,
                       .is_redis_ok = true,
                       .is_ledger_ok = true,
                       .autonomy = mode,
                       .at = now_});
  }
  // What was proposed for the wish, if anything.
  std::optional<model::Proposal> Wish(const model::NewOrder& order) {
    out_.Clear();
    Give(model::PlaceOrder{.order = order, .at = now_});
    for (const auto& changed : All<model::ProposalChanged>()) {
      if (changed.proposal.state == ProposalState::kPending) {
        return changed.proposal;
      }
    }
    return std::nullopt;
  }
  model::Proposal Proposed() {
    const auto proposal = Wish({.quantity = D("0.1")});
    EXPECT_TRUE(proposal.has_value());
    return proposal.value_or(model::Proposal());
  }
  void Answer(const model::OrderId& id, model::Verdict verdict = model::Verdict::kApprove) {
    out_.Clear();
    Give(model::ProposalDecided{.proposal_id = id,
                                .verdict = verdict,
                                .actor = model::ActorName("human"),
                                .reason = model::ProposalReason("rejected by human: no"),
                                .at = now_});
  }
  // How the one proposal that changed did; "" for none.
  [[nodiscard]] std::string Outcome() const {
    const auto changed = All<model::ProposalChanged>();
    if (changed.size() != 1) {
      return changed.empty() ? "" : "several";
    }
    const model::Proposal& proposal = changed.front().proposal;
    const std::string reason(proposal.reason.view());
    return std::string(Name(proposal.state)) + (reason.empty() ? "" : " " + reason);
  }
  void Later(base::Nanos span) {
    now_ += span;
    Allow();
    Give(model::Timer{.at = now_});
  }
};

TEST_F(EngineApprovalsTest, ProposesWhatPassedTheGateAndSendsNothing) {
  const auto proposal = Wish({.quantity = D("0.1"), .strategy = model::StrategyName("silent")});

  ASSERT_TRUE(proposal.has_value());
  EXPECT_EQ(proposal->order.quantity, D("0.1"));
  EXPECT_EQ(proposal->reference_price, D("50000"));
  EXPECT_EQ(proposal->created_at, now_);
  EXPECT_EQ(proposal->expires_at, now_ + minutes{15});
  EXPECT_EQ(Count<model::SendOrder>(), 0);
  EXPECT_EQ(Count<model::OrderChanged>(), 0);
}

TEST_F(EngineApprovalsTest, ProposesNothingThatTheGateRefuses) {
  EXPECT_FALSE(Wish({.quantity = D("-1")}));
  EXPECT_EQ(Count<model::OrderDenied>(), 1);
}

TEST_F(EngineApprovalsTest, SendsAnApprovedOrderOnceUnderTheIdOfItsProposal) {
  const model::Proposal proposal = Proposed();

  Answer(proposal.id);
  ASSERT_EQ(Count<model::SendOrder>(), 1);
  EXPECT_EQ(LastSent()->id, proposal.id);
  EXPECT_EQ(LastSent()->quantity, proposal.order.quantity);
  EXPECT_EQ(Outcome(), "SUBMITTED");

  Answer(proposal.id);
  EXPECT_TRUE(out_.empty());
  Answer(proposal.id, model::Verdict::kReject);
  EXPECT_TRUE(out_.empty());
}

TEST_F(EngineApprovalsTest, EndsARejectedOneForGood) {
  const model::Proposal proposal = Proposed();
  Answer(proposal.id, model::Verdict::kReject);
  EXPECT_EQ(Outcome(), "REJECTED rejected by human: no");
  Answer(proposal.id);
  EXPECT_TRUE(out_.empty());
}

TEST_F(EngineApprovalsTest, KnowsNothingOfStrangers) {
  Answer(base::Uuid::Derive(model::kOrderIds, 99, 1));
  EXPECT_TRUE(out_.empty());
}

TEST_F(EngineApprovalsTest, RefusesAnApprovalThatComesWithTheEndOfItsTimeOrLater) {
  const model::Proposal proposal = Proposed();
  now_ += minutes{15};
  Allow();
  Answer(proposal.id);
  EXPECT_EQ(Outcome(), "EXPIRED approved too late");
  EXPECT_EQ(Count<model::SendOrder>(), 0);
}

TEST_F(EngineApprovalsTest, ExpiresWhatNobodyAnswers) {
  const model::Proposal proposal = Proposed();
  out_.Clear();
  Later(minutes{15} - base::Nanos{1});
  EXPECT_EQ(Outcome(), "");
  Later(base::Nanos{1});
  EXPECT_EQ(Outcome(), "EXPIRED nobody answered");
  Answer(proposal.id);
  EXPECT_TRUE(out_.empty());
}

TEST_F(EngineApprovalsTest, EndsAllWithAHaltAKillAndTheEndOfTheRun) {
  Proposed();
  out_.Clear();
  Allow(AutonomyMode::kManualApproval, /*is_halted=*/true);
  EXPECT_EQ(Outcome(), "CANCELLED HALTED");
  Allow();
  const model::Proposal second = Proposed();
  out_.Clear();
  Allow(AutonomyMode::kManualApproval, /*is_halted=*/false, /*is_killed=*/true);
  EXPECT_EQ(Outcome(), "CANCELLED KILL_SWITCH");
  Answer(second.id);
  EXPECT_TRUE(out_.empty());
  Allow();
  Proposed();
  out_.Clear();
  Give(model::MarketSession{.is_open = false, .at = now_});
  EXPECT_EQ(Outcome(), "CANCELLED the market session ended");
  Proposed();
  out_.Clear();
  Give(model::Shutdown{.at = now_});
  EXPECT_EQ(Outcome(), "CANCELLED the trader was stopped");
}

TEST_F(EngineApprovalsTest, PutsANewerWishInThePlaceOfTheSame) {
  const model::Proposal first = Proposed();
  const model::Proposal second = Proposed();
  EXPECT_NE(first.id, second.id);
  const auto changed = All<model::ProposalChanged>();
  ASSERT_EQ(changed.size(), 2U);
  EXPECT_EQ(changed.at(0).proposal.id, first.id);
  EXPECT_EQ(changed.at(0).proposal.state, ProposalState::kCancelled);
  EXPECT_EQ(engine_->proposals().list().size(), 1U);
  Answer(first.id);
  EXPECT_TRUE(out_.empty());
  Answer(second.id);
  EXPECT_EQ(Count<model::SendOrder>(), 1);
}

TEST_F(EngineApprovalsTest, RefusesWhatTheMarketRanAwayFrom) {
  const model::Proposal proposal = Proposed();
  Tick("50500");
  Answer(proposal.id);
  EXPECT_EQ(Outcome(), "SUBMITTED") << "one percent is allowed";

  Fill(*LastSent(), "50500", LastSent()->quantity);
  for (const char* price : {"51005.01", "49994.99"}) {
    Tick("50500");
    const model::Proposal next = Proposed();
    Tick(price);
    Answer(next.id);
    EXPECT_EQ(Outcome(),
              std::string("REJECTED PRICE_MOVED: from 50500 to ") + price + ", percent allowed 1");
    EXPECT_EQ(Count<model::SendOrder>(), 0);
  }
}

TEST_F(EngineApprovalsTest, AsksTheWholeGateAgainAndNamesWhatItSays) {
  const model::Proposal stale = Proposed();
  now_ += seconds{5};  // The permit is too old by now.
  Answer(stale.id);
  EXPECT_EQ(Outcome().substr(0, 21), "REJECTED PERMIT_STALE");
  EXPECT_EQ(Count<model::SendOrder>(), 0);

  Allow();
  const model::Proposal two = Proposed();
  // 0.4 bitcoin are held meanwhile: a fifth of the account; the two together are more than allowed.
  const auto other = Place({.origin = model::Origin::kOperator, .quantity = D("0.2")});
  ASSERT_TRUE(other.has_value());
  Fill(*other, "50000", D("0.2"));
  const auto more = Place({.origin = model::Origin::kOperator, .quantity = D("0.2")});
  ASSERT_TRUE(more.has_value());
  Fill(*more, "50000", D("0.2"));
  const auto last = Place({.origin = model::Origin::kOperator, .quantity = D("0.05")});
  ASSERT_TRUE(last.has_value());
  Fill(*last, "50000", D("0.05"));
  Answer(two.id);
  EXPECT_EQ(Outcome().substr(0, 22), "REJECTED MAX_POSITION:") << Outcome();
  EXPECT_EQ(Count<model::SendOrder>(), 0);
}

TEST_F(EngineApprovalsTest, SendsALittleLessWhereTheSizeWasAtItsLimitAndRefusesMuchLess) {
  const auto proposal = Wish({.quantity = D("0.2")});  // Worth 10,000, which is the limit.
  ASSERT_TRUE(proposal.has_value());
  Tick("50400");
  Answer(proposal->id);
  EXPECT_EQ(Outcome(), "SUBMITTED");
  ASSERT_TRUE(LastSent().has_value());
  EXPECT_LT(LastSent()->quantity, D("0.2"));
  EXPECT_GE(LastSent()->quantity, D("0.198"));
  Fill(*LastSent(), "50400", LastSent()->quantity);
  // A quarter of the account may be bitcoin; a fifth is there before the next is approved.
  const auto next = Wish({.quantity = D("0.19")});
  ASSERT_TRUE(next.has_value());
  const auto other = Place({.origin = model::Origin::kOperator, .quantity = D("0.19")});
  ASSERT_TRUE(other.has_value());
  Fill(*other, "50400", D("0.19"));
  Answer(next->id);
  EXPECT_EQ(Outcome().substr(0, 22), "REJECTED MAX_POSITION:") << Outcome();
  EXPECT_EQ(Count<model::SendOrder>(), 0);
}

TEST_F(EngineApprovalsTest, LetsExitsStopsAndPeoplePassWithoutAsking) {
  const auto entry = Place({.origin = model::Origin::kOperator, .quantity = D("0.1")});
  ASSERT_TRUE(entry.has_value()) << "a person asked for it";
  Fill(*entry, "50000", entry->quantity);
  const auto exit = Place({.side = model::Side::kSell,
                           .intent = model::Intent::kCloseLong,
                           .reduce_only = true,
                           .quantity = D("0.1")});
  EXPECT_TRUE(exit.has_value());
  EXPECT_EQ(Count<model::ProposalChanged>(), 0);
}

TEST_F(EngineApprovalsTest, AsksNobodyInPaperOnlyAndFullAndForSmallOrdersInBounded) {
  for (const AutonomyMode mode : {AutonomyMode::kPaperOnly, AutonomyMode::kFullAutonomous,
                                  AutonomyMode::kBoundedAutonomous}) {
    Start({.mode = mode});
    Allow(mode);
    EXPECT_TRUE(Place({.quantity = D("0.1")}).has_value()) << Name(mode);
  }
  Start({.mode = AutonomyMode::kBoundedAutonomous});
  Allow(AutonomyMode::kBoundedAutonomous);
  Tick("50000.01");
  Give(model::PlaceOrder{.order = {.quantity = D("0.19999")}, .at = now_});
  EXPECT_EQ(Count<model::SendOrder>(), 1);
}

TEST_F(EngineApprovalsTest, EndsAllWhenTheModeChangesAndSaysSoOnce) {
  const model::Proposal proposal = Proposed();
  out_.Clear();
  Allow(AutonomyMode::kPaperOnly);
  Allow(AutonomyMode::kPaperOnly);
  EXPECT_EQ(Outcome(), "CANCELLED the mode of autonomy changed");
  ASSERT_EQ(Count<model::AutonomyChanged>(), 1);
  EXPECT_EQ(All<model::AutonomyChanged>().front().from, AutonomyMode::kManualApproval);
  Answer(proposal.id);
  EXPECT_TRUE(out_.empty());
}

model::Proposal LeftBehind(std::uint64_t number, ProposalState state, base::UnixNanos at) {
  model::Proposal proposal;
  proposal.id = base::Uuid::Derive(model::kOrderIds, 2, number);
  proposal.order.quantity = D("0.1");
  proposal.order.instrument = {static_cast<std::uint16_t>(number % 2)};
  proposal.reference_price = D("50000");
  proposal.state = state;
  proposal.created_at = at - minutes{1};
  proposal.expires_at = at + minutes{14};
  proposal.updated_at = at;
  return proposal;
}

TEST_F(EngineApprovalsTest, TakesUpWhatAnEarlierRunLeftPending) {
  const model::Proposal left = LeftBehind(2, ProposalState::kPending, now_);
  Start({.mode = AutonomyMode::kManualApproval, .proposals = {left}});

  Answer(left.id);

  EXPECT_EQ(Outcome(), "SUBMITTED");
  ASSERT_TRUE(LastSent().has_value());
  EXPECT_EQ(LastSent()->id, left.id);
}

TEST_F(EngineApprovalsTest, RefusesAnAnswerThatOvertakesTheFirstPermit) {
  testing_support::Wanted wanted;
  const model::Proposal left = LeftBehind(2, ProposalState::kPending, now_);
  wanted.approvals = {.mode = AutonomyMode::kManualApproval, .proposals = {left}};
  Build(std::move(wanted));

  Answer(left.id);

  EXPECT_EQ(Outcome(), "REJECTED HALTED") << "nothing is proven yet";
  EXPECT_EQ(Count<model::SendOrder>(), 0);
}

TEST_F(EngineApprovalsTest, NeverSendsWhatAnEarlierRunHadApprovedAndTellsPeople) {
  testing_support::Wanted wanted;
  const model::Proposal lost = LeftBehind(1, ProposalState::kClaimed, now_);
  const model::Proposal sent = LeftBehind(3, ProposalState::kSubmitted, now_);
  wanted.approvals = {.mode = AutonomyMode::kManualApproval, .proposals = {lost, sent}};
  Build(std::move(wanted));
  out_.Clear();

  Allow();

  const auto changed = All<model::ProposalChanged>();
  ASSERT_EQ(changed.size(), 2U);
  EXPECT_EQ(changed.at(0).proposal.id, lost.id);
  EXPECT_EQ(changed.at(0).proposal.state, ProposalState::kCancelled);
  EXPECT_EQ(changed.at(1).proposal.id, sent.id);
  EXPECT_EQ(changed.at(1).proposal.state, ProposalState::kSubmitted);
  ASSERT_EQ(Count<model::AlertRaised>(), 1);
  EXPECT_EQ(All<model::AlertRaised>().front().event.view(), "APPROVED_ORDER_NOT_SENT");
  Answer(lost.id);
  EXPECT_EQ(Count<model::SendOrder>(), 0);
}

TEST_F(EngineApprovalsTest, EndsWhatAnEarlierRunLeftWhenAStopIsInForce) {
  testing_support::Wanted wanted;
  wanted.approvals = {.mode = AutonomyMode::kManualApproval,
                      .proposals = {LeftBehind(2, ProposalState::kPending, now_)}};
  Build(std::move(wanted));
  out_.Clear();

  Allow(AutonomyMode::kManualApproval, /*is_halted=*/false, /*is_killed=*/true);

  EXPECT_EQ(Outcome(), "CANCELLED KILL_SWITCH");
}

}  // namespace
}  // namespace bulwark::engine

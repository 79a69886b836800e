// Goal: an answer to a proposal is given once, whoever else answers at the same time; a stop, the
//       time and an end come before it; modes are changed from what they were.
// Method: two handles of one ledger, on both databases; threads that all answer at once.

#include "ledger/approval_log.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "ledger/ledger.h"
#include "ledger/ledger_backends.h"
#include "ledger/ledger_testing.h"
#include "model/action.h"
#include "model/autonomy.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/proposal.h"
#include "model/signal.h"
#include "model/switches.h"

namespace bulwark::ledger {
namespace {

using model::AutonomyMode;
using model::ProposalState;
using testing_support::D;
using testing_support::Pairs;

constexpr base::UnixNanos kNoon{std::chrono::seconds{1'700'000'000}};
constexpr base::Nanos kMinute{std::chrono::minutes{1}};

model::Proposal Waiting(std::uint64_t number) {
  model::Proposal proposal;
  proposal.id = base::Uuid::Derive(model::kOrderIds, 1, number);
  proposal.order.instrument = {1};
  proposal.order.quantity = D("0.5");
  proposal.order.type = model::OrderType::kLimit;
  proposal.order.limit_price = D("1500");
  proposal.order.strategy = model::StrategyName("ema_cross");
  proposal.order.decision_id = base::Uuid::Derive(model::kDecisionIds, 1, number);
  proposal.reference_price = D("1501");
  proposal.signal_strength = D("0.75");
  proposal.created_at = kNoon;
  proposal.updated_at = kNoon;
  proposal.expires_at = kNoon + 15 * kMinute;
  return proposal;
}

class ApprovalLogTest : public testing_support::BothBackendsTest {
 protected:
  void SetUp() override {
    testing_support::BothBackendsTest::SetUp();
    if (IsSkipped()) {
      return;
    }
    trader_ = home_.Open();
    ASSERT_TRUE(trader_->EnsureAccount({.opening_cash = D("1000"), .at = kNoon}).has_value());
    const auto epoch = trader_->BeginRun({.version = "test", .at = kNoon}, Pairs());
    ASSERT_TRUE(epoch.has_value()) << epoch.error().message;
    epoch_ = *epoch;
  }
  void Put(model::Proposal proposal, ProposalState state = ProposalState::kPending,
           const std::string& reason = "") {
    proposal.state = state;
    proposal.reason = model::ProposalReason::Cut(reason);
    const std::vector<model::Action> actions = {model::ProposalChanged{proposal}};
    const auto committed = trader_->Commit(epoch_, actions);
    ASSERT_TRUE(committed.has_value()) << committed.error().message;
    EXPECT_EQ(committed->journaled, 1U);
  }
  static Answer By(const std::string& actor, std::uint64_t number,
                   model::Verdict verdict = model::Verdict::kApprove) {
    return {.proposal_id = Waiting(number).id,
            .verdict = verdict,
            .actor = actor,
            .at = kNoon + kMinute};
  }
  // The state that an answer led to, or why it was refused.
  [[nodiscard]] std::string Say(const Answer& answer) const {
    const auto answered = home_.Open()->AnswerProposal(answer);
    return answered ? std::string(Name(answered->proposal.state)) : answered.error().message;
  }
  [[nodiscard]] std::string StateOf(std::uint64_t number) const {
    const auto found = home_.Open()->FindProposal(Waiting(number).id);
    return found ? std::string(Name(found->proposal.state)) + " " +
                       std::string(found->proposal.reason.view())
                 : found.error().message;
  }
  void Turn(model::Switch which, bool is_on) const {
    const auto turned = home_.Open()->Turn(
        {.which = which, .is_on = is_on, .reason = "drill", .actor = "human", .at = kNoon});
    ASSERT_TRUE(turned.has_value());
  }
  [[nodiscard]] AutonomyMode Mode() const {
    const auto mode = home_.Open()->Mode();
    return mode && *mode ? (*mode)->mode : AutonomyMode::kPaperOnly;
  }
  void SetMode(AutonomyMode mode) const {
    const auto before = home_.Open()->Mode();
    ASSERT_TRUE(before.has_value());
    const auto set =
        home_.Open()->ChangeMode({.mode = mode, .reason = "test", .actor = "human", .at = kNoon},
                                 *before ? (*before)->sequence : 0);
    ASSERT_TRUE(set.has_value()) << set.error().message;
  }

  std::unique_ptr<Ledger> trader_;
  std::uint64_t epoch_ = 0;
};

TEST_P(ApprovalLogTest, GivesBackAProposalWhole) {
  Put(Waiting(1));

  const auto found = home_.Open()->Proposals(ProposalFilter::kOpen, 10);

  ASSERT_TRUE(found.has_value()) << found.error().message;
  ASSERT_EQ(found->size(), 1U);
  const model::Proposal& proposal = found->front().proposal;
  EXPECT_EQ(found->front().symbol, "ETH/USDT");
  EXPECT_EQ(proposal.id, Waiting(1).id);
  EXPECT_EQ(proposal.order.quantity, D("0.5"));
  EXPECT_EQ(proposal.order.limit_price, D("1500"));
  EXPECT_FALSE(proposal.order.stop_price.has_value());
  EXPECT_EQ(proposal.order.type, model::OrderType::kLimit);
  EXPECT_EQ(proposal.order.strategy.view(), "ema_cross");
  EXPECT_EQ(proposal.order.decision_id, Waiting(1).order.decision_id);
  EXPECT_EQ(proposal.reference_price, D("1501"));
  EXPECT_EQ(proposal.signal_strength, D("0.75"));
  EXPECT_EQ(proposal.expires_at, Waiting(1).expires_at);
}

TEST_P(ApprovalLogTest, LetsTheFirstAnswerWinAndTellsTheOthers) {
  Put(Waiting(1));

  EXPECT_EQ(Say(By("anna", 1)), "CLAIMED");
  EXPECT_EQ(Say(By("bert", 1)), "approved already, by anna");
  EXPECT_EQ(Say(By("carl", 1, model::Verdict::kReject)), "approved already, by anna");
  Put(Waiting(1), ProposalState::kSubmitted);
  EXPECT_EQ(Say(By("dora", 1)), "SUBMITTED");
  const auto news = home_.Open()->ReadApprovals(0);
  ASSERT_TRUE(news.has_value());
  ASSERT_EQ(news->answers.size(), 1U);
  EXPECT_EQ(news->answers.front().actor, "anna");
  EXPECT_TRUE(home_.Open()->ReadApprovals(news->answers.front().sequence)->answers.empty());
}

TEST_P(ApprovalLogTest, GivesAProposalToOneOfManyWhoAnswerAtOnce) {
  constexpr int kRounds = 20;
  constexpr int kPeople = 4;
  for (int round = 1; round <= kRounds; ++round) {
    Put(Waiting(static_cast<std::uint64_t>(round)));
  }
  std::vector<std::atomic<int>> won(kRounds + 1);
  std::vector<std::thread> people;
  people.reserve(kPeople);
  for (int person = 0; person < kPeople; ++person) {
    people.emplace_back([&, person] {
      const auto ledger = home_.Open();
      for (int round = 1; round <= kRounds; ++round) {
        const auto answered = ledger->AnswerProposal(
            By("person" + std::to_string(person), static_cast<std::uint64_t>(round)));
        if (answered) {
          ++won.at(static_cast<std::size_t>(round));
        } else {
          EXPECT_EQ(answered.error().code, base::ErrorCode::kConflict) << answered.error().message;
        }
      }
    });
  }
  for (std::thread& person : people) {
    person.join();
  }
  for (int round = 1; round <= kRounds; ++round) {
    EXPECT_EQ(won.at(static_cast<std::size_t>(round)).load(), 1) << round;
  }
  EXPECT_EQ(home_.Open()->ReadApprovals(0)->answers.size(), std::size_t{kRounds});
}

TEST_P(ApprovalLogTest, RefusesAnApprovalTooLateAndOfWhatIsNotThere) {
  Put(Waiting(1));
  Answer late = By("anna", 1);
  late.at = Waiting(1).expires_at;
  EXPECT_EQ(Say(late), "EXPIRED: it had to be approved by 2023-11-14T22:28:20Z");
  EXPECT_EQ(Say(By("anna", 7)), "there is no proposal " + Waiting(7).id.ToString());
  late.verdict = model::Verdict::kReject;
  EXPECT_EQ(Say(late), "REJECTED") << "no is never too late";
}

TEST_P(ApprovalLogTest, CancelsWhatWaitsWithAStopAndRefusesApprovalsWhileItHolds) {
  Put(Waiting(1));
  Turn(model::Switch::kKill, true);
  EXPECT_EQ(StateOf(1), "CANCELLED KILL_SWITCH");
  EXPECT_EQ(Say(By("anna", 1)), "CANCELLED: KILL_SWITCH");
  Put(Waiting(2));
  EXPECT_EQ(Say(By("anna", 2)), "KILL_SWITCH") << "proposed on the way of the stop";
  Turn(model::Switch::kKill, false);
  Turn(model::Switch::kHalt, true);
  EXPECT_EQ(StateOf(2), "CANCELLED HALTED");
  Turn(model::Switch::kHalt, false);
  Put(Waiting(3));
  EXPECT_EQ(Say(By("anna", 3)), "CLAIMED");
}

TEST_P(ApprovalLogTest, KeepsAnEndAgainstWhateverComesAfter) {
  Put(Waiting(1));
  EXPECT_EQ(Say(By("anna", 1, model::Verdict::kReject)), "REJECTED");
  EXPECT_EQ(StateOf(1), "REJECTED rejected by anna");
  Put(Waiting(1), ProposalState::kExpired, "nobody answered");
  EXPECT_EQ(StateOf(1), "REJECTED rejected by anna");
  Put(Waiting(2));
  EXPECT_EQ(Say(By("anna", 2)), "CLAIMED");
  Put(Waiting(2), ProposalState::kCancelled, "KILL_SWITCH");
  EXPECT_EQ(StateOf(2), "CANCELLED KILL_SWITCH") << "the trader's word about what it was given";
}

TEST_P(ApprovalLogTest, TellsAStartWhatIsOpenAndWhichOfItWasSent) {
  for (const std::uint64_t number : {1ULL, 2ULL, 3ULL, 4ULL}) {
    Put(Waiting(number));
  }
  Put(Waiting(4), ProposalState::kExpired);
  EXPECT_EQ(Say(By("anna", 2)), "CLAIMED");
  EXPECT_EQ(Say(By("anna", 3)), "CLAIMED");
  model::Order order = testing_support::MakeOrder(3, model::Side::kBuy, "0.5");
  order.id = Waiting(3).id;
  const std::vector<model::Action> sent = {model::OrderChanged{order}};
  ASSERT_TRUE(trader_->Commit(epoch_, sent).has_value());

  const auto books = trader_->Recover(Pairs());

  ASSERT_TRUE(books.has_value()) << books.error().message;
  ASSERT_EQ(books->proposals.size(), 3U);
  for (const model::Proposal& proposal : books->proposals) {
    EXPECT_EQ(proposal.order.instrument.index, 1);
    const ProposalState wanted = proposal.id == Waiting(1).id   ? ProposalState::kPending
                                 : proposal.id == Waiting(2).id ? ProposalState::kClaimed
                                                                : ProposalState::kSubmitted;
    EXPECT_EQ(proposal.state, wanted);
  }
  EXPECT_EQ(books->last_answer, 2U);
}

TEST_P(ApprovalLogTest, BeginsWithTheModeOfTheSettingOnce) {
  const auto begin = [&](AutonomyMode mode) {
    ASSERT_TRUE(trader_->EnsureMode({.mode = mode, .at = kNoon}).has_value());
  };
  begin(AutonomyMode::kManualApproval);
  EXPECT_EQ(Mode(), AutonomyMode::kManualApproval);
  begin(AutonomyMode::kPaperOnly);
  EXPECT_EQ(Mode(), AutonomyMode::kManualApproval);
  EXPECT_EQ(trader_->Recover(Pairs())->mode->mode, AutonomyMode::kManualApproval);
}

TEST_P(ApprovalLogTest, RefusesAChangeFromAModeThatIsNotInForceAnyMore) {
  SetMode(AutonomyMode::kManualApproval);
  SetMode(AutonomyMode::kPaperOnly);
  const auto stale = trader_->ChangeMode({.mode = AutonomyMode::kBoundedAutonomous}, 1);
  ASSERT_FALSE(stale.has_value());
  EXPECT_EQ(stale.error().code, base::ErrorCode::kConflict);
  EXPECT_EQ(Mode(), AutonomyMode::kPaperOnly);
}

TEST_P(ApprovalLogTest, FallsBackToManualApprovalWithTheKillSwitchButNotWithAHalt) {
  SetMode(AutonomyMode::kBoundedAutonomous);
  Turn(model::Switch::kHalt, true);
  EXPECT_EQ(Mode(), AutonomyMode::kBoundedAutonomous);
  Turn(model::Switch::kKill, true);
  EXPECT_EQ(Mode(), AutonomyMode::kManualApproval);
  Turn(model::Switch::kKill, false);
  EXPECT_EQ(Mode(), AutonomyMode::kManualApproval) << "a release gives nothing back";
  SetMode(AutonomyMode::kPaperOnly);
  Turn(model::Switch::kKill, true);
  EXPECT_EQ(Mode(), AutonomyMode::kPaperOnly) << "it never goes up";
}

INSTANTIATE_TEST_SUITE_P(Both, ApprovalLogTest, testing_support::BothBackends(),
                         testing_support::BackendName);

}  // namespace
}  // namespace bulwark::ledger

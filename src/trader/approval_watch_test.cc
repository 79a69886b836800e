// Goal: each answer reaches the engine once and in order, also when the queue was full, and the
//       mode is the ledger's, or the start's while the ledger has none or cannot be read.
// Method: a real ledger, answered by hand.

#include "trader/approval_watch.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/time.h"
#include "base/uuid.h"
#include "ledger/ledger.h"
#include "ledger/ledger_testing.h"
#include "model/action.h"
#include "model/autonomy.h"
#include "model/event.h"
#include "model/order.h"
#include "model/proposal.h"
#include "trader/queues.h"
#include "trader/trader_testing.h"

namespace bulwark::trader {
namespace {

using model::AutonomyMode;
using testing_support::TakeAll;

constexpr base::UnixNanos kNoon{std::chrono::seconds{1'700'000'000}};

model::OrderId IdOf(std::uint64_t number) {
  return base::Uuid::Derive(model::kOrderIds, 1, number);
}

class ApprovalWatchTest : public testing::Test {
 protected:
  ApprovalWatchTest() {
    EXPECT_TRUE(ledger_->EnsureAccount({.at = kNoon}).has_value());
    const auto table = ledger::testing_support::Pairs();
    const auto epoch = ledger_->BeginRun({.version = "test", .at = kNoon}, table);
    EXPECT_TRUE(epoch.has_value());
    epoch_ = epoch.value_or(0);
  }

  void ProposeAndAnswer(std::uint64_t number, model::Verdict verdict) {
    model::Proposal proposal;
    proposal.id = IdOf(number);
    proposal.order.quantity = base::Decimal::FromInt(1);
    proposal.expires_at = kNoon + std::chrono::minutes{15};
    const std::vector<model::Action> actions = {model::ProposalChanged{proposal}};
    ASSERT_TRUE(ledger_->Commit(epoch_, actions).has_value());
    ASSERT_TRUE(ledger_
                    ->AnswerProposal({.proposal_id = proposal.id,
                                      .verdict = verdict,
                                      .actor = "anna",
                                      .reason = "because",
                                      .at = kNoon})
                    .has_value());
  }
  std::vector<model::ProposalDecided> Told() {
    std::vector<model::ProposalDecided> told;
    for (const model::Event& event : TakeAll(queues_.guard_news)) {
      if (const auto* decided = std::get_if<model::ProposalDecided>(&event)) {
        told.push_back(*decided);
      }
    }
    return told;
  }

  ledger::testing_support::LedgerFolder folder_;
  std::unique_ptr<ledger::Ledger> ledger_ = folder_.Open();
  std::uint64_t epoch_ = 0;
  Queues queues_;
};

TEST_F(ApprovalWatchTest, TellsEachAnswerOnceInTheOrderOfTheLedger) {
  ApprovalWatch watch(*ledger_, queues_, base::SystemClock(), {});
  ProposeAndAnswer(1, model::Verdict::kApprove);
  ProposeAndAnswer(2, model::Verdict::kReject);

  ASSERT_TRUE(watch.DoWork());
  const auto told = Told();

  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told.at(0).proposal_id, IdOf(1));
  EXPECT_EQ(told.at(0).verdict, model::Verdict::kApprove);
  EXPECT_EQ(told.at(1).proposal_id, IdOf(2));
  EXPECT_EQ(told.at(1).verdict, model::Verdict::kReject);
  EXPECT_EQ(told.at(1).reason.view(), "rejected by anna: because");
  ASSERT_TRUE(watch.DoWork());
  EXPECT_TRUE(Told().empty());
}

TEST_F(ApprovalWatchTest, LeavesWhatWasAnsweredBeforeTheStart) {
  ProposeAndAnswer(1, model::Verdict::kApprove);
  ApprovalWatch watch(*ledger_, queues_, base::SystemClock(), {.last_answer = 1});

  ASSERT_TRUE(watch.DoWork());

  EXPECT_TRUE(Told().empty());
}

TEST_F(ApprovalWatchTest, LosesNoAnswerToAFullQueue) {
  ApprovalWatch watch(*ledger_, queues_, base::SystemClock(), {});
  while (queues_.guard_news.TryPush(model::Event(model::Timer{}))) {
  }
  ProposeAndAnswer(1, model::Verdict::kApprove);
  ASSERT_TRUE(watch.DoWork());
  EXPECT_TRUE(Told().empty());

  ASSERT_TRUE(watch.DoWork());

  EXPECT_EQ(Told().size(), 1U);
}

TEST_F(ApprovalWatchTest, FollowsTheModeOfTheLedgerAndElseThatOfTheStart) {
  ApprovalWatch watch(*ledger_, queues_, base::SystemClock(),
                      {.mode = AutonomyMode::kManualApproval});
  ASSERT_TRUE(watch.DoWork());
  EXPECT_EQ(watch.mode(), AutonomyMode::kManualApproval);
  ASSERT_TRUE(
      ledger_->ChangeMode({.mode = AutonomyMode::kPaperOnly, .actor = "anna", .at = kNoon}, 0)
          .has_value());

  ASSERT_TRUE(watch.DoWork());

  EXPECT_EQ(watch.mode(), AutonomyMode::kPaperOnly);
  EXPECT_EQ(watch.since(), kNoon);
}

}  // namespace
}  // namespace bulwark::trader

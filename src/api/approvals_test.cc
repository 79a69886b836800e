// Goal: over HTTP an order is approved once and the loser is told, and no mode is reached that was
//       not earned, whatever the caller says of itself.
// Method: a real ledger; a thread plays the trader that takes approvals.

#include "api/approvals.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/decimal.h"
#include "base/time.h"
#include "base/uuid.h"
#include "ledger/approval_log.h"
#include "ledger/ledger.h"
#include "ledger/ledger_testing.h"
#include "model/action.h"
#include "model/autonomy.h"
#include "model/order.h"
#include "model/proposal.h"
#include "net/message.h"

namespace bulwark::api {
namespace {

using ledger::testing_support::LedgerFolder;
using ledger::testing_support::Pairs;
using model::AutonomyMode;
using model::ProposalState;
using nlohmann::json;

net::Request Post(const json& body) {
  return {.method = "POST",
          .target = {.path = "/"},
          .headers = {{"content-type", "application/json"}},
          .body = body.dump()};
}

class ApprovalsTest : public testing::Test {
 protected:
  ApprovalsTest() {
    const base::UnixNanos now = base::WallNow();
    EXPECT_TRUE(trader_->EnsureAccount({.at = now}).has_value());
    epoch_ = trader_->BeginRun({.version = "test", .at = now}, Pairs()).value_or(0);
    EXPECT_TRUE(
        trader_->EnsureMode({.mode = AutonomyMode::kManualApproval, .at = now}).has_value());
  }

  std::string Propose(std::uint64_t number) {
    model::Proposal proposal;
    proposal.id = base::Uuid::Derive(model::kOrderIds, 1, number);
    proposal.order.quantity = base::Decimal::FromInt(2);
    proposal.created_at = base::WallNow();
    proposal.expires_at = proposal.created_at + std::chrono::minutes{15};
    Put(proposal);
    return proposal.id.ToString();
  }
  void Put(const model::Proposal& proposal) {
    const std::vector<model::Action> actions = {model::ProposalChanged{proposal}};
    ASSERT_TRUE(trader_->Commit(epoch_, actions).has_value());
  }
  // Answers an approval, while somebody ends in `state` what it claims.
  json Approve(const std::string& id, ProposalState state, const std::string& reason = "") {
    std::atomic<bool> is_over = false;
    std::thread trader([&] {
      while (!is_over) {
        auto found = trader_->FindProposal(*base::Uuid::Parse(id));
        if (found && found->proposal.state == ProposalState::kClaimed) {
          found->proposal.state = state;
          found->proposal.reason = model::ProposalReason::Cut(reason);
          Put(found->proposal);
          return;
        }
        std::this_thread::yield();
      }
    });
    const json answer = Say({{"order_id", id}, {"action", "approve"}});
    is_over = true;
    trader.join();
    return answer;
  }
  json Say(const json& body) {
    const net::Response response = approvals_.Answer(Post(body));
    EXPECT_EQ(response.status, 200) << response.body;
    return json::parse(response.body);
  }
  std::size_t Waiting() { return json::parse(approvals_.Pending().body)["pending"].size(); }

  LedgerFolder folder_;
  std::unique_ptr<ledger::Ledger> trader_ = folder_.Open();
  std::uint64_t epoch_ = 0;
  Approvals approvals_{folder_.file().string(), {}};
};

TEST_F(ApprovalsTest, ApprovesAnOrderAndTellsTheNextThatItIsGone) {
  const std::string id = Propose(1);
  EXPECT_EQ(Waiting(), 1U);

  const json answer = Approve(id, ProposalState::kSubmitted);
  EXPECT_EQ(answer["status"], "approved");
  EXPECT_EQ(answer["order"]["id"], id);
  EXPECT_EQ(Waiting(), 0U);

  const json second = Say({{"order_id", id}, {"action", "approve"}});
  EXPECT_EQ(second["status"], "error");
  EXPECT_EQ(second["message"], "SUBMITTED");
}

TEST_F(ApprovalsTest, TellsWhyAnApprovedOrderWasRefused) {
  const json answer = Approve(Propose(1), ProposalState::kRejected, "MAX_POSITION: 6, limit 5");
  EXPECT_EQ(answer["status"], "error");
  EXPECT_EQ(answer["message"], "REJECTED: MAX_POSITION: 6, limit 5");
}

TEST_F(ApprovalsTest, RejectsAnOrderWithItsReason) {
  const std::string id = Propose(1);
  const json answer = Say({{"order_id", id}, {"action", "reject"}, {"reason", "too dear"}});
  EXPECT_EQ(answer, json({{"status", "rejected"}, {"order_id", id}, {"reason", "too dear"}}));
  EXPECT_EQ(Waiting(), 0U);
}

TEST_F(ApprovalsTest, AnswersWhatMeansNothingInTheWordsThatThePageShows) {
  EXPECT_EQ(Say({{"order_id", "x"}, {"action", "approve"}})["status"], "error");
  EXPECT_EQ(Say({{"order_id", Propose(1)}, {"action", "sell"}})["message"], "Unknown action: sell");
  EXPECT_EQ(Say({{"action", "approve"}})["status"], "error");
  net::Request form = Post({});
  form.headers.clear();
  EXPECT_EQ(approvals_.Answer(form).status, 415);
  EXPECT_EQ(approvals_.Answer(Post(json::array())).status, 400);
  EXPECT_EQ(approvals_.Answer(Post({{"order_id", 7}})).status, 400);
  EXPECT_EQ(Waiting(), 1U);
}

TEST_F(ApprovalsTest, SaysTheModeAndTheModesThereAre) {
  const json mode = json::parse(approvals_.Mode().body);
  EXPECT_EQ(mode["mode"], "MANUAL_APPROVAL");
  EXPECT_EQ(mode["modes_available"].size(), 4U);
}

TEST_F(ApprovalsTest, BelievesNoFiguresOfTheCaller) {
  const net::Response response =
      approvals_.ChangeMode(Post({{"target_mode", "BOUNDED_AUTONOMOUS"},
                                  {"days_in_mode", 999},
                                  {"sharpe", 9},
                                  {"max_drawdown_pct", 0},
                                  {"confirmation", "BOUNDED_AUTONOMOUS"}}));
  EXPECT_EQ(response.status, 422);
  EXPECT_FALSE(json::parse(response.body)["detail"]["blocking_reasons"].empty());
  const json readiness = json::parse(approvals_.Readiness().body);
  EXPECT_EQ(readiness["current_mode"], "MANUAL_APPROVAL");
  EXPECT_FALSE(readiness["readiness"]["BOUNDED_AUTONOMOUS"]["approved"].get<bool>());
  EXPECT_TRUE(readiness["readiness"]["PAPER_ONLY"]["approved"].get<bool>());
}

TEST_F(ApprovalsTest, GoesDownWithoutAWordAndUpWithTheNameTyped) {
  EXPECT_EQ(approvals_.ChangeMode(Post({{"target_mode", "FULL"}})).status, 400);
  const net::Response down = approvals_.ChangeMode(Post({{"target_mode", "PAPER_ONLY"}}));
  EXPECT_EQ(json::parse(down.body)["to_mode"], "PAPER_ONLY") << down.body;
  EXPECT_EQ(approvals_.ChangeMode(Post({{"target_mode", "MANUAL_APPROVAL"}})).status, 400);
  const net::Response up = approvals_.ChangeMode(
      Post({{"target_mode", "MANUAL_APPROVAL"}, {"confirmation", "MANUAL_APPROVAL"}}));
  EXPECT_EQ(json::parse(up.body)["status"], "transitioned") << up.body;
  EXPECT_EQ(json::parse(approvals_.Mode().body)["mode"], "MANUAL_APPROVAL");
}

}  // namespace
}  // namespace bulwark::api

// Goal: Redis shows exactly the orders that wait, and the mode; what a server lost is written
//       again.
// Method: a real redis-server that is emptied; proposals made by hand.

#include "stateplane/approval_mirror.h"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/action.h"
#include "model/autonomy.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/proposal.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"
#include "redis/test_server.h"

namespace bulwark::stateplane {
namespace {

using model::AutonomyMode;
using model::ProposalState;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr base::UnixNanos kNoon{std::chrono::seconds{1'700'000'000}};

model::InstrumentTable Pairs() {
  model::InstrumentTable table;
  ENSURE(table.Add(*model::DefaultInstrument("BTC/USDT")).has_value());
  return table;
}

model::Proposal Make(std::uint64_t number, ProposalState state = ProposalState::kPending) {
  model::Proposal proposal;
  proposal.id = base::Uuid::Derive(model::kOrderIds, 1, number);
  proposal.order.quantity = base::Decimal::FromInt(1);
  proposal.state = state;
  proposal.created_at = kNoon;
  proposal.expires_at = kNoon;
  return proposal;
}

class ApprovalMirrorTest : public testing::Test {
 protected:
  void Store() {
    redis::Pipeline pipeline;
    mirror_.Compose(pipeline);
    ASSERT_TRUE(connection_->Execute(pipeline).has_value());
    mirror_.Confirm();
    EXPECT_FALSE(mirror_.is_dirty());
  }
  std::vector<std::string> Texts(std::initializer_list<std::string_view> command) {
    std::vector<std::string> texts;
    const auto reply = connection_->Call(command);
    EXPECT_TRUE(reply.has_value());
    for (const redis::Reply& element : reply->elements) {
      texts.push_back(element.text);
    }
    return texts;
  }
  std::vector<std::string> Waiting() { return Texts({"HKEYS", "execution:pending_approvals"}); }

  redis::TestServer server_;
  std::unique_ptr<redis::Connection> connection_ = server_.Connect();
  model::InstrumentTable instruments_ = Pairs();
  ApprovalMirror mirror_{instruments_};
};

TEST_F(ApprovalMirrorTest, ShowsWhatWaitsAndNothingElse) {
  mirror_.Put(Make(1));
  mirror_.Put(Make(2));
  Store();
  EXPECT_THAT(Waiting(), UnorderedElementsAre(Make(1).id.ToString(), Make(2).id.ToString()));

  mirror_.Put(Make(1, ProposalState::kSubmitted));
  Store();
  EXPECT_THAT(Waiting(), ElementsAre(Make(2).id.ToString()));
  EXPECT_FALSE(mirror_.Has(Make(1).id));
  mirror_.Put(Make(2, ProposalState::kExpired));
  Store();
  EXPECT_THAT(Waiting(), IsEmpty());
}

TEST_F(ApprovalMirrorTest, RemovesWhatAnEarlierTraderLeft) {
  ASSERT_TRUE(connection_->Call({"HSET", "execution:pending_approvals", "old", "{}"}).has_value());
  mirror_.Put(Make(1));

  Store();

  EXPECT_THAT(Waiting(), ElementsAre(Make(1).id.ToString()));
}

TEST_F(ApprovalMirrorTest, WritesAllAgainToAServerThatLostIt) {
  mirror_.Put(Make(1));
  mirror_.Put(model::AutonomyChanged{.from = AutonomyMode::kManualApproval,
                                     .mode = AutonomyMode::kManualApproval,
                                     .since = kNoon});
  Store();
  ASSERT_TRUE(connection_->Call({"FLUSHALL"}).has_value());

  mirror_.MarkAllDirty();
  Store();

  EXPECT_THAT(Waiting(), ElementsAre(Make(1).id.ToString()));
  EXPECT_EQ(connection_->Call({"GET", "risk:autonomy:mode"})->text, "MANUAL_APPROVAL");
  EXPECT_EQ(connection_->Call({"GET", "risk:autonomy:mode_since"})->text,
            "2023-11-14T22:13:20+00:00");
}

TEST_F(ApprovalMirrorTest, LogsEachChangeOfTheModeOnce) {
  mirror_.Put(model::AutonomyChanged{.since = kNoon});
  mirror_.Put(model::AutonomyChanged{
      .from = AutonomyMode::kPaperOnly, .mode = AutonomyMode::kManualApproval, .since = kNoon});
  Store();
  mirror_.MarkAllDirty();
  Store();

  EXPECT_THAT(Texts({"LRANGE", "risk:autonomy:transition_log", "0", "-1"}),
              ElementsAre(R"({"from": "PAPER_ONLY", "to": "MANUAL_APPROVAL", "at": )"
                          R"("2023-11-14T22:13:20+00:00"})"));
}

}  // namespace
}  // namespace bulwark::stateplane

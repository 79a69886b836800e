// Goal: whatever comes in whatever order, each proposal leaves exactly once.
// Method: 5,000 random steps against a map that remembers every proposal and how often it left.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "approvals/proposal_book.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/proposal.h"

namespace bulwark::approvals {
namespace {

using model::ProposalState;

class Model {
 public:
  void Step() {
    now_ += std::chrono::seconds{random_() % 20};
    switch (random_() % 4) {
      case 0:
      case 1:
        Propose();
        break;
      case 2:
        Answer();
        break;
      default:
        Expire();
    }
    ASSERT_EQ(book_.list().size(),
              std::size_t(std::count_if(left_.begin(), left_.end(),
                                        [](const auto& row) { return row.second == 0; })));
  }

 private:
  void Leave(const model::Proposal& proposal) {
    ++left_.at(proposal.id);
    ASSERT_EQ(left_.at(proposal.id), 1) << proposal.id.ToString();
  }

  void Propose() {
    model::Proposal proposal;
    proposal.id = base::Uuid::Derive(model::kOrderIds, 7, ++made_);
    proposal.order.instrument = model::InstrumentId{static_cast<std::uint16_t>(random_() % 200)};
    proposal.expires_at = now_ + std::chrono::seconds{60};
    book_.EndIf([&](const auto& older) { return IsSameWish(older.order, proposal.order); },
                {.state = ProposalState::kCancelled, .reason = "newer", .at = now_},
                [&](const model::Proposal& older) { Leave(older); });
    if (book_.is_full()) {
      ASSERT_FALSE(book_.Add(proposal));
      return;
    }
    ASSERT_TRUE(book_.Add(proposal));
    left_.emplace(proposal.id, 0);
  }

  // Of a proposal that is there, one that left, or one that never was.
  void Answer() {
    const auto id = base::Uuid::Derive(model::kOrderIds, 7, random_() % (made_ + 2));
    const auto known = left_.find(id);
    const bool is_there = known != left_.end() && known->second == 0;
    const auto taken = book_.Take(id);
    ASSERT_EQ(taken.has_value(), is_there);
    if (taken) {
      Leave(*taken);
    }
  }

  void Expire() {
    book_.EndIf([&](const auto& proposal) { return proposal.expires_at <= now_; },
                {.state = ProposalState::kExpired, .reason = "late", .at = now_},
                [&](const model::Proposal& proposal) { Leave(proposal); });
    for (const model::Proposal& proposal : book_.list()) {
      ASSERT_GT(proposal.expires_at, now_);
    }
  }

  std::mt19937_64 random_{20261122};  // Fixed, so a failure repeats; the trace names the step.
  ProposalBook book_;
  std::map<model::OrderId, int> left_;
  std::uint64_t made_ = 0;
  base::UnixNanos now_{std::chrono::seconds{1'700'000'000}};
};

TEST(ProposalBookModelTest, LetsEachProposalLeaveExactlyOnce) {
  Model model;
  for (int step = 0; step < 5'000; ++step) {
    SCOPED_TRACE(step);
    model.Step();
    ASSERT_FALSE(::testing::Test::HasFatalFailure());
  }
}

}  // namespace
}  // namespace bulwark::approvals

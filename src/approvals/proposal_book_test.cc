// Goal: a proposal leaves the book once, whole, and for one reason.
// Method: by hand, one way out at a time.

#include "approvals/proposal_book.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/proposal.h"
#include "model/signal.h"

namespace bulwark::approvals {
namespace {

using model::ProposalState;

constexpr base::UnixNanos kNow{std::chrono::seconds{1'700'000'000}};

model::Proposal Make(std::uint64_t number, std::uint16_t instrument) {
  model::Proposal proposal;
  proposal.id = base::Uuid::Derive(model::kOrderIds, 1, number);
  proposal.order.instrument = model::InstrumentId{instrument};
  proposal.order.quantity = base::Decimal::FromInt(3);
  proposal.created_at = kNow;
  proposal.updated_at = kNow;
  proposal.expires_at = kNow + std::chrono::minutes{15};
  return proposal;
}

TEST(ProposalBookTest, HandsOutAProposalOnce) {
  ProposalBook book;
  const model::Proposal proposal = Make(1, 0);
  ASSERT_TRUE(book.Add(proposal));

  const auto taken = book.Take(proposal.id);

  ASSERT_TRUE(taken.has_value());
  EXPECT_EQ(taken.value_or(model::Proposal()).id, proposal.id);
  EXPECT_FALSE(book.Take(proposal.id));
  EXPECT_TRUE(book.empty());
}

TEST(ProposalBookTest, TakesTheWishByInstrumentSideIntentAndStrategyForTheSame) {
  const model::NewOrder one = Make(1, 0).order;
  EXPECT_TRUE(IsSameWish(one, one));
  model::NewOrder other = one;
  other.quantity = base::Decimal::FromInt(9);
  EXPECT_TRUE(IsSameWish(one, other));
  other.instrument = model::InstrumentId{1};
  EXPECT_FALSE(IsSameWish(one, other));
  other = one;
  other.side = model::Side::kSell;
  EXPECT_FALSE(IsSameWish(one, other));
  other = one;
  other.intent = model::Intent::kCloseShort;
  EXPECT_FALSE(IsSameWish(one, other));
  other = one;
  other.strategy = model::StrategyName("other");
  EXPECT_FALSE(IsSameWish(one, other));
}

TEST(ProposalBookTest, EndsThoseThatAreMeantAndKeepsTheOthers) {
  ProposalBook book;
  ASSERT_TRUE(book.Add(Make(1, 0)));
  ASSERT_TRUE(book.Add(Make(2, 1)));
  std::vector<model::Proposal> ended;

  book.EndIf([](const auto& proposal) { return proposal.order.instrument.index == 1; },
             {.state = ProposalState::kExpired, .reason = "late", .at = kNow + base::Nanos{5}},
             [&](const model::Proposal& proposal) { ended.push_back(proposal); });

  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended.front().id, Make(2, 1).id);
  EXPECT_EQ(ended.front().state, ProposalState::kExpired);
  EXPECT_EQ(ended.front().reason.view(), "late");
  EXPECT_EQ(ended.front().updated_at, kNow + base::Nanos{5});
  EXPECT_EQ(ended.front().created_at, kNow);
  ASSERT_EQ(book.list().size(), 1U);
  EXPECT_EQ(book.list().front().id, Make(1, 0).id);
}

TEST(ProposalBookTest, RefusesWhatDoesNotFitAndLosesNothing) {
  ProposalBook book;
  for (std::size_t number = 0; number < ProposalBook::kCapacity; ++number) {
    ASSERT_TRUE(book.Add(Make(number + 1, static_cast<std::uint16_t>(number))));
  }

  EXPECT_FALSE(book.Add(Make(1'000, 1'000)));
  EXPECT_TRUE(book.is_full());
  EXPECT_EQ(book.list().size(), ProposalBook::kCapacity);
  EXPECT_TRUE(book.Take(Make(1, 0).id).has_value());
  EXPECT_TRUE(book.Add(Make(1'000, 1'000)));
}

TEST(ProposalBookDeathTest, StopsTheProcessWhenAnEndedOneIsEndedAgain) {
  model::Proposal proposal = Make(1, 0);
  proposal.state = ProposalState::kSubmitted;

  EXPECT_DEATH(Ended(proposal, {.state = ProposalState::kExpired}), "ENSURE failed");
}

}  // namespace
}  // namespace bulwark::approvals

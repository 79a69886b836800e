// Goal: modes, states of a proposal and verdicts are written and read back as the same words.
// Method: all of each list, and words that are in none.

#include "model/autonomy.h"

#include <cstddef>
#include <set>
#include <string_view>

#include <gtest/gtest.h>

#include "model/proposal.h"

namespace bulwark::model {
namespace {

TEST(AutonomyTest, NamesEachModeOnceAndReadsItBack) {
  std::set<std::string_view> names;
  for (const AutonomyMode mode : kAllAutonomyModes) {
    EXPECT_EQ(AutonomyModeFromName(Name(mode)), mode);
    names.insert(Name(mode));
  }
  EXPECT_EQ(names.size(), kAutonomyModes);
  EXPECT_FALSE(AutonomyModeFromName("FULL"));
  EXPECT_FALSE(AutonomyModeFromName("paper_only"));
}

TEST(AutonomyTest, NamesEachStateOfAProposalOnceAndReadsItBack) {
  std::set<std::string_view> names;
  for (std::size_t at = 0; at < kProposalStates; ++at) {
    const auto state = static_cast<ProposalState>(at);
    EXPECT_EQ(ProposalStateFromName(Name(state)), state);
    EXPECT_EQ(IsOpen(state), state == ProposalState::kPending || state == ProposalState::kClaimed);
    names.insert(Name(state));
  }
  EXPECT_EQ(names.size(), kProposalStates);
  EXPECT_FALSE(ProposalStateFromName("DONE"));
}

TEST(AutonomyTest, ReadsTheTwoVerdictsAndNoOther) {
  EXPECT_EQ(VerdictFromName(Name(Verdict::kApprove)), Verdict::kApprove);
  EXPECT_EQ(VerdictFromName(Name(Verdict::kReject)), Verdict::kReject);
  EXPECT_FALSE(VerdictFromName("APPROVE"));
  EXPECT_FALSE(VerdictFromName(""));
}

}  // namespace
}  // namespace bulwark::model

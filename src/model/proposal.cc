#include "model/proposal.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace bulwark::model {
namespace {

constexpr std::array<std::string_view, kProposalStates> kStates = {
    "PENDING", "CLAIMED", "SUBMITTED", "REJECTED", "EXPIRED", "CANCELLED"};

}  // namespace

std::string_view Name(ProposalState value) {
  return kStates.at(static_cast<std::size_t>(value));
}

std::optional<ProposalState> ProposalStateFromName(std::string_view name) {
  for (std::size_t at = 0; at < kStates.size(); ++at) {
    if (kStates.at(at) == name) {
      return static_cast<ProposalState>(at);
    }
  }
  return std::nullopt;
}

std::string_view Name(Verdict value) {
  return value == Verdict::kApprove ? "approve" : "reject";
}

std::optional<Verdict> VerdictFromName(std::string_view name) {
  if (name == "approve") {
    return Verdict::kApprove;
  }
  return name == "reject" ? std::optional(Verdict::kReject) : std::nullopt;
}

}  // namespace bulwark::model

// An order that waits for a person, and what a person said of it.
//
// Shape:   frozen when it is made: size, prices and the price of the market then. Its id is that of
//          the order it becomes, so that no second approval, in whatever process or after whatever
//          crash, can make a second order. Pending -> claimed -> submitted, rejected, expired or
//          cancelled; a state after claimed never changes again.
// Units:   prices in quote units, quantity in base units, times UTC.
// Threads: trivially copyable values.
// Source:  contract section 4.8, docs/approvals.md

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/decimal.h"
#include "base/fixed_string.h"
#include "base/time.h"
#include "model/order.h"

namespace bulwark::model {

enum class ProposalState : std::uint8_t {
  kPending,
  kClaimed,    // A person approved it; the trader has not checked it anew yet.
  kSubmitted,  // It passed again and became the order of the same id.
  kRejected,   // By a person, or by the gate when a person had approved it.
  kExpired,    // Nobody answered in time.
  kCancelled,  // A stop, a newer signal, another mode, or the end of the session took it away.
};
constexpr std::size_t kProposalStates = 6;

// PENDING CLAIMED SUBMITTED REJECTED EXPIRED CANCELLED
std::string_view Name(ProposalState value);
std::optional<ProposalState> ProposalStateFromName(std::string_view name);

constexpr bool IsOpen(ProposalState state) {
  return state == ProposalState::kPending || state == ProposalState::kClaimed;
}

using ProposalReason = base::FixedString<120>;  // A cause for people, cut at 120 bytes.
using ActorName = base::FixedString<32>;

struct Proposal {
  OrderId id;
  NewOrder order;
  base::Decimal reference_price;  // Of the market when it was made.
  base::Decimal signal_strength;  // 0 to 1.
  ProposalState state = ProposalState::kPending;
  base::UnixNanos created_at;
  base::UnixNanos expires_at;
  base::UnixNanos updated_at;
  ProposalReason reason;  // Why it is in this state; empty while it is pending.
};

enum class Verdict : std::uint8_t { kApprove, kReject };
std::string_view Name(Verdict value);  // approve reject
std::optional<Verdict> VerdictFromName(std::string_view name);

}  // namespace bulwark::model

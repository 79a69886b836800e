// What Redis shows of approvals: the orders that wait, the message about a new one, and changes of
// the mode of autonomy.
//
// Shape:   a waiting order is spelled as the API gives it (compact, times with Z); the log of modes
//          as the older installation wrote it (spaced, times with +00:00).
// Threads: any; pure. Appends to `out`.
// Source:  contract sections 1.6, 1.7, 4.7, 4.8, 6.6

#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "model/action.h"
#include "model/proposal.h"

namespace bulwark::contract {

// A field of execution:pending_approvals, and the order of the API's answers.
void EncodeProposedOrder(std::string& out, const model::Proposal& proposal,
                         std::string_view symbol);

// trade:pending_approval. The proposal passed every check, or it would not be there.
void EncodePendingApproval(std::string& out, const model::Proposal& proposal,
                           std::string_view symbol);

// An element of risk:autonomy:transition_log.
void EncodeModeChange(std::string& out, const model::AutonomyChanged& change);

// risk:autonomy:mode_since.
void EncodeModeSince(std::string& out, base::UnixNanos since);

}  // namespace bulwark::contract

// Waits for what became of an answer to a proposal: the trader writes it to the ledger.
//
// Shape:   asks the ledger every few milliseconds until the proposal has ended, at most `wait_max`.
// Errors:  from the ledger. A proposal that is still open afterwards is answered as it is.
// Threads: the caller's; blocks.
// Source:  docs/approvals.md#life-of-an-approval

#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/approval_log.h"
#include "ledger/ledger.h"
#include "model/order.h"

namespace bulwark::ledger {

base::Result<StoredProposal> AwaitOutcome(Ledger& ledger, const model::OrderId& id,
                                          base::Nanos wait_max,
                                          const base::Clock& clock = base::SystemClock());

}  // namespace bulwark::ledger

#include "ledger/approval_wait.h"

#include <chrono>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/approval_log.h"
#include "ledger/ledger.h"
#include "model/order.h"
#include "model/proposal.h"

namespace bulwark::ledger {
namespace {

constexpr base::Nanos kLookEvery{std::chrono::milliseconds{5}};

}  // namespace

base::Result<StoredProposal> AwaitOutcome(Ledger& ledger, const model::OrderId& id,
                                          base::Nanos wait_max, const base::Clock& clock) {
  const base::Nanos until = clock.MonotonicNow() + wait_max;
  auto found = ledger.FindProposal(id);
  while (found && model::IsOpen(found->proposal.state) && clock.MonotonicNow() < until) {
    clock.Pause(kLookEvery);
    found = ledger.FindProposal(id);
  }
  return found;
}

}  // namespace bulwark::ledger

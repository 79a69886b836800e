#include "trader/earlier_spill.h"

#include <cstdint>

#include "base/log.h"
#include "base/result.h"
#include "ledger/ledger_store.h"
#include "ledger/spill_store.h"

namespace bulwark::trader {

base::Result<void> TakeEarlierSpill(ledger::LedgerStore& ledger, std::uint64_t epoch,
                                    ledger::SpillStore& spill) {
  if (!spill.Exists()) {
    return {};
  }
  const auto content = spill.Read();
  const auto merged =
      content ? ledger.CommitSpill(epoch, *content)
              : base::Result<ledger::CommitReceipt>(tl::unexpected<base::Error>(content.error()));
  if (!merged) {
    return base::FailWith("what the last run could not commit", merged.error());
  }
  base::LogWarn("ledger_took_spill_of_earlier_run")
      .With("run", content->epoch)
      .With("journaled", merged->journaled);
  return spill.Drop();
}

}  // namespace bulwark::trader

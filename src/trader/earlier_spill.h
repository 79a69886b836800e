// Takes what an earlier run could not commit before it ended.
//
// Errors:  kCorrupt: the file is damaged and is left as it is. kUnavailable: one of the disks. The
//          start must not go on then: the books would lack what was done.
// Threads: the main thread, at the start.
// Source:  docs/ledger.md#when-the-ledger-is-away

#pragma once

#include <cstdint>

#include "base/result.h"
#include "ledger/ledger_store.h"
#include "ledger/spill_store.h"

namespace bulwark::trader {

// The file is gone afterwards. Nothing is there to take: does nothing.
base::Result<void> TakeEarlierSpill(ledger::LedgerStore& ledger, std::uint64_t epoch,
                                    ledger::SpillStore& spill);

}  // namespace bulwark::trader

// The books recomputed from the ledger's fills: what Redis and the venue are held against.
//
// Shape:   orders by id with their trades; fills by trade id; the newest kRowsMax of each.
// Errors:  as ledger::Ledger.
// Threads: the ledger's thread. Blocks on the disk.

#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>

#include "base/result.h"
#include "ledger/ledger.h"
#include "ledger/recent_orders.h"
#include "ledger/recovered_books.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/order.h"

namespace bulwark::audit {

constexpr std::size_t kRowsMax = 1'000'000;

struct LedgerBooks {
  model::InstrumentTable instruments;
  ledger::RecoveredBooks recovered;
  std::map<model::OrderId, ledger::RecentOrder> orders;
  std::map<std::string, model::Fill> fills;
  std::set<std::string> foreign_orders;  // Reported as not ours, or as lost by our books.
};

// `table` is completed with what only the ledger knows.
base::Result<LedgerBooks> ReadLedgerBooks(ledger::Ledger& ledger,
                                          const model::InstrumentTable& table);

}  // namespace bulwark::audit

// What a stop left behind: how many orders it met and what became of them, by the ledger; what
// still works and is held, by the venue's own books.
//
// Shape:   looks again until all that the stop ends has ended, or the time is over; then the rest
//          is the answer. Derived from durable books, so that it can be made again at any time.
// Errors:  each half says for itself why it cannot be read.
// Threads: the main thread; blocks for `wait_max` at most and the time of one look.
// Source:  docs/risk.md#receipt

#pragma once

#include <filesystem>
#include <string>

#include "audit/venue_audit.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/ledger_place.h"
#include "ledger/stop_counts.h"

namespace bulwark::app {

struct StopLook {
  ledger::LedgerPlace ledger;
  std::filesystem::path paper;
  base::UnixNanos stopped_at;
  bool goes_flat = false;   // A HALT that liquidates.
  base::Nanos wait_max{0};  // Zero: one look.
};

struct StopReceipt {
  base::Result<ledger::StopCounts> counts;
  base::Result<audit::VenueRest> venue;
};

StopReceipt AwaitStopReceipt(const StopLook& look);

// Nothing is left that the stop was to end. False while either half cannot be read.
bool IsComplete(const StopReceipt& receipt, bool goes_flat);

// For people; ends with a line feed.
std::string DescribeStopReceipt(const StopReceipt& receipt);

}  // namespace bulwark::app

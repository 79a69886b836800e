// A look at the start of a recording before it is played: which symbols, and how long its bars are.
//
// Shape:   reads at most kScanRowsMax rows. Symbols in the order of their first row. The bar
//          interval is the least positive distance of two neighbouring bars of one symbol; one
//          minute if there is none.
// Errors:  as ReplaySource. Bad rows, and damage after the first sound one, are passed over here:
//          the replay reports them.
// Threads: any; reads the disk and allocates.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/instrument.h"

namespace bulwark::market {

constexpr std::size_t kScanRowsMax = 20'000;

struct ReplayScan {
  std::vector<std::string> symbols;
  base::Nanos bar_interval{};
};

base::Result<ReplayScan> ScanReplay(const std::string& path);

// The configured instruments, then a default instrument (model::DefaultInstrument) for each symbol
// of the recording that is not among them.
// Errors: also kInvalidArgument for a symbol that cannot be one, or too many of them.
base::Result<model::InstrumentTable> PrepareInstruments(const std::string& path,
                                                        const model::InstrumentTable& configured);

}  // namespace bulwark::market

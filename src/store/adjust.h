// Makes the prices of different days comparable across splits and dividends.
//
// Shape:   each price is multiplied with the factors of all actions that come after it; volumes are
//          divided by those of splits. The raw bars stay what is stored.
// Errors:  Adjusted() fails with kCorrupt when a price leaves the range of a decimal, and for a
//          factor that is not positive.
// Threads: pure.
// Source:  docs/store.md#raw-and-adjusted-prices

#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "store/rows.h"

namespace bulwark::store {

// Requires: the bars are in order of time.
base::Result<std::vector<Bar>> Adjusted(std::span<const Bar> bars,
                                        std::span<const CorporateAction> actions);

}  // namespace bulwark::store

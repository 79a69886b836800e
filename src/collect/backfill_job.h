// The job backfill: what `bulwark backfill` does, as a run that can be asked for by REST.
//
// Shape:   arguments are JSON: {"years": 2, "symbols": ["AAPL"], "reset": true}, each may be left
//          out: two years, the whole universe, no reset. A run that goes on with a lost one does
//          not reset again.
// Errors:  kInvalidArgument for arguments that cannot be read, kNotFound for an empty universe,
//          kUnavailable when the source or Redis ended it, kConflict when a newer run took over.
// Threads: as jobs/job.h.
// Owner:   all that it is given must outlive it.
// Source:  docs/data.md#backfill, contract section 5.6

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "collect/backfill.h"
#include "jobs/job.h"

namespace bulwark::collect {

struct BackfillRequest {
  int years = 2;
  std::vector<std::string> symbols;  // Empty: the universe.
  bool is_reset = false;
};

base::Result<BackfillRequest> ParseBackfillRequest(std::string_view json);

// One run. `parts.fence` is set from the context.
base::Result<void> RunBackfill(Backfill::Parts parts, const std::string& universe,
                               jobs::JobContext& context);

}  // namespace bulwark::collect

// FINRA's short interest, from its file and from its interface.
//
// Shape:   the file is separated by bars although it is called .csv; columns are found by name. The
//          interface answers a JSON array. Both give the same rows. A row whose symbol is none of
//          ours (warrants and units of some venues) is skipped and counted.
// Errors:  kCorrupt naming the line or element and its field, for a number of shares below 0,
//          and for two rows of the same symbol, day and mark of revision: none is known to count.
// Threads: pure.
// Source:  docs/data.md#finra

#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/rows.h"

namespace bulwark::sources {

struct ShortInterestPage {
  std::vector<store::ShortInterest> rows;
  std::uint64_t skipped = 0;
};

base::Result<ShortInterestPage> ParseFinraFile(std::string_view body);
base::Result<ShortInterestPage> ParseFinraJson(std::string_view body);

// Fails when two rows have the same symbol, day and mark of revision.
base::Result<void> RequireDistinct(std::span<const store::ShortInterest> rows);

// "https://cdn.finra.org/equity/otcmarket/biweekly/shrt20261113.csv" for a base address.
std::string FinraFileUrl(std::string_view base_url, std::chrono::sys_days settled);

}  // namespace bulwark::sources

// Spans of time as people write them: "250ms", "5s", "30m", "48h", "1.5s".
//
// Units:   ns, us, ms, s, m (minutes), h, d. A bare "0" needs no unit.
// Errors:  ParseDuration() fails with kInvalidArgument: no number, no unit, an unknown unit, finer
//          than one nanosecond, or more than about 292 years. A sign is read; ranges are the
//          caller's rule.
// Threads: any. FormatDuration() allocates its answer.

#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace bulwark::config {

base::Result<base::Nanos> ParseDuration(std::string_view text);

// The exact text in the largest unit that divides it: 90s is "90s", 120s is "2m", zero is "0s".
std::string FormatDuration(base::Nanos span);

}  // namespace bulwark::config

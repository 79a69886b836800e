// Reads single values as vendors write them: prices, counts, dates, empty ones.
//
// Shape:   a name goes into the message, the value is shown cut and without control characters.
// Errors:  kCorrupt, naming the field and its value.
// Threads: pure.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"

namespace bulwark::sources {

// "2026-11-20" or "20261120".
base::Result<std::chrono::sys_days> DateOf(std::string_view name, std::string_view text);
// ISO 8601.
base::Result<base::UnixNanos> MomentOf(std::string_view name, std::string_view text);
// Positive. Decimals after the eighth are rounded, as vendors compute in floating point.
base::Result<base::Decimal> PositiveOf(std::string_view name, std::string_view text);
// Any; decimals after the eighth are rounded.
base::Result<base::Decimal> NumberOf(std::string_view name, std::string_view text);
// Not negative; decimals after the eighth are rounded. Empty for an empty text.
base::Result<std::optional<base::Decimal>> SizeOf(std::string_view name, std::string_view text);
// A whole number, also when it is written "1500.0". Empty for an empty text.
base::Result<std::optional<std::int64_t>> CountOf(std::string_view name, std::string_view text);

// Quoted, at most 40 characters.
std::string Shown(std::string_view text);
// Without blanks at both ends.
std::string_view Trimmed(std::string_view text);
// As the store writes symbols: upper case, "BRK.B" and "BRK B" as "BRK-B".
std::string CanonicalSymbol(std::string_view text);

}  // namespace bulwark::sources

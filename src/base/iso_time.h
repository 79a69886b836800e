// UTC times as ISO 8601 text, in exactly the two forms of the contract.
//
// Shape:   "2026-02-17T18:00:00.123456+00:00" or "...Z"; the fraction has 6 digits, or is absent
//          when the microseconds are 0.
// Units:   nanoseconds in; the text is cut (not rounded) to microseconds.
// Errors:  ParseIso() answers empty for anything that is not a UTC or offset date-time of the years
//          1970 to 2200. It accepts 0 to 9 fraction digits, 'Z', '+hh:mm', '-hh:mm' and no suffix
//          (UTC).
// Threads: any. FormatIso() allocates its answer.
// Source:  contract section 0.2

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace bulwark::base {

enum class IsoSuffix : std::uint8_t {
  kOffset,  // +00:00, plain keys of the trader
  kZulu,    // Z, documents and channels
};

std::string FormatIso(UnixNanos at, IsoSuffix suffix);
std::optional<UnixNanos> ParseIso(std::string_view text);

// "2026-02-17", the UTC date.
std::string FormatDate(UnixNanos at);

}  // namespace bulwark::base

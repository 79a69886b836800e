// The JSON document of /api/state, made of what stands in Redis.
//
// Shape:   every member is always there; a value that is missing or cannot be read is null, and
//          `problems` names its key, the value and the reason. So one bad key costs one number on
//          the page.
// Units:   as in the keys: money in the quote currency, `pnl_daily` a fraction, latencies in
//          milliseconds, ages in seconds.
// Errors:  none: any bytes make a document.
// Threads: pure functions.
// Source:  contract sections 1.2 to 1.5

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "api/raw_state.h"
#include "base/time.h"

namespace bulwark::api {

using Json = nlohmann::ordered_json;

inline constexpr double kHeartbeatStaleSeconds = 15;

// Without candles: these are asked for by symbol.
Json MakeStateDocument(const RawState& raw, base::UnixNanos now);
// The document while Redis does not answer; everything else is null.
Json MakeLostDocument(std::string_view reason, base::UnixNanos now);

// {"symbol","rows"}; rows is null when the symbol has no readable candles.
Json MakeCandles(const RawState& raw, std::string_view symbol);

// The bytes of a document; text that is not UTF-8 is replaced, so this cannot fail.
std::string Dump(const Json& document);

}  // namespace bulwark::api

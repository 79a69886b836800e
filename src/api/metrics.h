// The state and the server's own counters as Prometheus text.
//
// Shape:   exposition format 0.0.4. A value that is not known is left out, never written as 0.
// Units:   in the names: _seconds, _milliseconds, _ratio; money in the quote currency.
// Threads: a pure function.

#pragma once

#include <string>

#include "api/state_document.h"
#include "net/server.h"

namespace bulwark::api {

std::string MakeMetrics(const Json& document, const net::Counters& counters);

}  // namespace bulwark::api

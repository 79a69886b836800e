// `bulwark breakers show | reset NAME` and `bulwark heartbeat`: the circuit breakers, from the
// command line.
//
// Shape:   a reset is a wish in the ledger that the trader answers; it needs the typed word RESET.
//          A heartbeat needs nothing. Both work without Redis.
// Threads: the main thread only.
// Source:  docs/risk.md#circuit-breakers

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddBreakersCommands(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

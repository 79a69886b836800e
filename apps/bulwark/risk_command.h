// `bulwark risk what-if | explain | status`: what the gate would say to an order, and what the
// day-trade guard counts.
//
// Shape:   reads the ledger, and the last prices from Redis where it can; writes nothing. Works
//          while the trader runs and while it does not.
// Threads: the main thread.

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddRiskCommands(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

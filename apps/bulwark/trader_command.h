// `bulwark trader`: the live loop of one account.
//
// Threads: the main thread; the trader starts its own (docs/threads.md).

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddTraderCommand(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

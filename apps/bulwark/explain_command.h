// `bulwark explain` tells the story of one order, `bulwark replay` proves it.
//
// Threads: the main thread only.

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddExplainCommand(CLI::App& root, AppContext& context);
void AddReplayCommand(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

// `bulwark venue`: the paper exchange as a process of its own.
//
// Threads: the main thread only.

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddVenueCommand(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

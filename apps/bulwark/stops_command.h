// `bulwark stops docs`: the truth table of the stops, as docs/risk.md has it.
//
// Threads: the main thread only.
// Source:  docs/risk.md#halt-lattice

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddStopsCommand(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

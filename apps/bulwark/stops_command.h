// `bulwark stops docs` and `codes`: the truth table of the stops and the codes of the gate, as
// docs/risk.md has them.
//
// Threads: the main thread only.
// Source:  docs/risk.md#halt-lattice

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddStopsCommand(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

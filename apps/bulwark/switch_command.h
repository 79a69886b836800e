// `bulwark halt | resume | kill | release`: the two stops, from the command line.
//
// Shape:   turning one on never asks back; turning one off needs the typed word. Exit code 0 once
//          the ledger has it, 3 when it could not be recorded or when a newer stop came between.
// Threads: the main thread only.

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddSwitchCommands(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

// `bulwark import`: takes over the books of another installation, once.
//
// Threads: the main thread. Blocks on Redis, the dump and the ledger.
// Source:  docs/import.md

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddImportCommand(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

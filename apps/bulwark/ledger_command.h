// `bulwark ledger verify`: is what Redis shows and what the venue holds what the fills add up to?
//
// Shape:   exit code 0 all equal, 1 something differs, 2 something could not be read.
// Threads: the main thread only.

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddLedgerCommand(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

// `bulwark reconcile`: what differs from the venue, and a person's decisions about it.
//
// Errors:  exit code 1 when nothing like that can be decided or the decision was not carried out, 2
//          for a wrong command line or a missing confirmation, 3 when the ledger cannot be used.
// Threads: the main thread.

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddReconcileCommand(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

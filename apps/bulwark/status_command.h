// `bulwark status [--json]`: one screen of truth about the account.
//
// Errors:  exit 3 when neither Redis nor the ledger can be read; what one of them lacks is shown as
//          unknown, with the reason.
// Threads: the main thread.

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddStatusCommand(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

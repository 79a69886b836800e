// `bulwark mode show|set`: how much the program does without a person.
//
// Shape:   what a change needs is measured in the ledger; nobody's word replaces it. Down is always
//          allowed, up by one step with the name of the mode typed.
// Errors:  exit codes as in app_context.h: kExitNo when the change is refused, with every reason.
// Threads: the main thread.
// Source:  contract section 4.7, docs/approvals.md#changing-the-mode

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddModeCommands(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

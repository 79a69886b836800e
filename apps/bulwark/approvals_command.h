// `bulwark approve|reject` and `bulwark approvals list`: orders that wait for a person.
//
// Shape:   an answer is a row of the ledger that the trader reads; it is waited for what became of
//          it. Works without Redis and the page.
// Errors:  exit codes as in app_context.h: kExitNo when the answer came too late or the order was
//          refused, with the reason.
// Threads: the main thread.
// Source:  docs/approvals.md

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddApprovalsCommands(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

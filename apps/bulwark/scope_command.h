// `bulwark scope set | clear | show`: stops of a part of the account.
//
// Shape:   a row in the ledger, which the trader reads within halt.poll_interval; works with Redis
//          and the page dead. Setting needs nothing, clearing the typed word RELEASE.
// Threads: the main thread only.
// Source:  docs/risk.md#scoped-stops

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddScopeCommands(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

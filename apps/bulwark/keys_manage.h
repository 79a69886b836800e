// `bulwark keys ls | du | demo | clear-demo | flush`: looking at and managing many keys at once.
//
// Threads: the main thread only.

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

// Adds them below `bulwark keys`.
void AddKeysManagement(CLI::App& keys, AppContext& context);

}  // namespace bulwark::app

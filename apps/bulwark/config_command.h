// `bulwark config show | check | docs`: what the settings are, and what is wrong with them.
//
// Threads: the main thread only.

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddConfigCommand(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

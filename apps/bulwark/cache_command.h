// `bulwark cache stats | clear DOMAIN`: the kept answers of data sources.
//
// Threads: the main thread only.

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddCacheCommand(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

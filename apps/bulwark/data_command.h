// `bulwark data`: import files of market data, show what is stored, check it, export it.
//
// Threads: the main thread.
// Source:  docs/data.md

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddDataCommand(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

// `bulwark backfill`: years of daily bars of many symbols, resumed where it was interrupted.
//
// Threads: the main thread.
// Source:  docs/data.md#backfill

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddBackfillCommand(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

// `bulwark redis-url` and `bulwark redis-cli`: the Redis in use, for people and their tools.
//
// Threads: the main thread only. `redis-cli` replaces the process.

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddRedisUrlCommand(CLI::App& root, AppContext& context);
void AddRedisCliCommand(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

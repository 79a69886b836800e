// `bulwark limit status | set | drain | metrics`, and below it wait and close (limit_calls.h): the
// shared rate limits, for people and scripts.
//
// Threads: the main thread only.

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddLimitCommand(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

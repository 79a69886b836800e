// `bulwark limit wait | close`: a script as one more process that keeps a shared limit.
//
// Threads: the main thread only.
// Source:  docs/limiter.md#by-hand

#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

// Adds them below `bulwark limit`.
void AddLimitCalls(CLI::App& limit, AppContext& context);

// Empty, or why `name` cannot be part of a key.
std::string CheckLimitName(const std::string& name);

}  // namespace bulwark::app

// `bulwark up`: starts everything, keeps it running, stops it in order.
//
// Threads: the main thread only; it starts all children itself, see process/child.h.

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddUpCommand(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

// `bulwark api`: the page, the REST interface and the WebSocket.
//
// Threads: the main thread only.

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddApiCommand(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

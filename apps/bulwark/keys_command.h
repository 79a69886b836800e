// `bulwark keys list | docs | get | watch | check | conform`: the contract with Redis, by hand and
// by check; the rest of `bulwark keys` is in keys_manage.h.
//
// Threads: the main thread only.

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddKeysCommand(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

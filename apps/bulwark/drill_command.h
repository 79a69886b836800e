// `bulwark drill kill | flush | freeze`: the stops rehearsed on a paper account, with their times.
//
// Shape:   each sets the kill switch as `bulwark kill` does, looks how long what it promises takes,
//          and releases its own stop, never one that somebody else set meanwhile. flush empties our
//          own Redis while stopped, freeze stops its process before the kill and wakes it after.
// Errors:  refuses anything but a paper account with a running trader and no stop in force; what
//          did not happen in time is said, and ends with kExitFailed.
// Threads: the main thread only.
// Source:  docs/runbook.md#drills

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddDrillCommands(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

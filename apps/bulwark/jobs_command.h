// `bulwark jobs`: runs the jobs, shows them and what they did, and asks for runs.
//
// Threads: see app_context.h.

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddJobsCommand(CLI::App& root, AppContext& context);

}  // namespace bulwark::app

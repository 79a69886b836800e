// `bulwark jobs run`: the role that runs the jobs until it is told to stop.
//
// Shape:   several such processes on one data folder share the jobs by their leases.
// Errors:  an exit code; see app_context.h. A store that is away for a while is waited for.
// Threads: the main thread, and one for each run.

#pragma once

#include "app_context.h"
#include "config/settings.h"

namespace bulwark::app {

int RunJobs(const config::Settings& settings, const AppContext& context);

}  // namespace bulwark::app

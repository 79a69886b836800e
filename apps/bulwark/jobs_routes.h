// The jobs in the REST interface: /api/system/scheduler/status, history and trigger/<id>.
//
// Errors:  trigger: 400 for a body that is no JSON object, 404 for a job that is not there, 409
//          without a runner or with too many requests waiting, 415 for another content type than
//          JSON; 503 when the store cannot be read.
// Threads: handlers may run at once; each opens the store for itself.
// Owner:   the handlers keep copies of both parameters.
// Source:  contract section 5.2, docs/api.md#jobs

#pragma once

#include <vector>

#include "api/service.h"
#include "config/settings.h"
#include "data_paths.h"

namespace bulwark::app {

std::vector<api::Route> JobRoutes(const config::Settings& settings, const DataPaths& paths);

}  // namespace bulwark::app

// What `bulwark up` runs: which processes, in which order, with which arguments.
//
// Shape:   redis (unless redis.url names one), venue, trader, api, jobs (when enabled); stopped in
//          the reverse order.
// Errors:  none; the commands fail when they are started.
// Threads: the main thread. The specs borrow `redis`, which must outlive them.

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/settings.h"
#include "data_paths.h"
#include "process/restart_schedule.h"
#include "process/supervisor.h"
#include "redis/managed_server.h"

namespace bulwark::app {

struct UpInputs {
  std::string program;  // Ourselves.
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> variables;
};

std::vector<process::ChildSpec> PlanChildren(const config::Settings& settings,
                                             const DataPaths& paths, const UpInputs& inputs,
                                             redis::ManagedServer* redis);

process::RestartPolicy RestartPolicyOf(const config::Settings& settings);

// The file of this very program: its path while that still leads to it, else /proc/self/exe, so
// that children are of our version even after a new one was installed.
std::string OwnProgram();

// The address of the page, from the role file of the api; empty until that has started.
std::optional<std::string> PageAddress(const DataPaths& paths);

}  // namespace bulwark::app

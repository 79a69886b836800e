// Alerts of the jobs on their way to the log and to ALERTS:*.
//
// Shape:   each alert is logged at once and waits, within the bounds of stateplane::AlertMirror,
//          until Redis took it.
// Errors:  none: without Redis they wait.
// Threads: one thread. Flush() blocks for redis.call_timeout at most a few times.

#pragma once

#include <memory>

#include "base/time.h"
#include "config/settings.h"
#include "data_paths.h"
#include "jobs/runner.h"
#include "redis/connection.h"
#include "stateplane/alert_mirror.h"

namespace bulwark::app {

class JobAlerts {
 public:
  // Borrows both.
  JobAlerts(const config::Settings& settings, const DataPaths& paths);

  void Add(const jobs::JobAlert& alert);
  // Tries again only after a while when Redis is away.
  void Flush();

 private:
  const config::Settings& settings_;
  const DataPaths& paths_;
  stateplane::AlertMirror mirror_;
  std::unique_ptr<redis::Connection> connection_;
  base::Nanos next_try_{};  // Monotonic.
};

}  // namespace bulwark::app

#include "jobs_run.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "app_context.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "config/settings.h"
#include "data_paths.h"
#include "job_alerts.h"
#include "job_set.h"
#include "jobs/job.h"
#include "jobs/job_store.h"
#include "jobs/runner.h"
#include "sql/connection.h"
#include "stop_signal.h"

namespace bulwark::app {
namespace {

constexpr base::Nanos kTurn = std::chrono::milliseconds{200};

// Process ids come again, so the time of the start is part of it.
std::string OwnName() {
  return fmt::format("{}-{}", ::getpid(), base::WallNow().time_since_epoch().count());
}

jobs::RunnerOptions OptionsOf(const config::Settings& settings, JobAlerts& alerts) {
  jobs::RunnerOptions options{.owner = OwnName(), .lease = settings.jobs.lease};
  options.parallel = settings.jobs.parallel;
  options.policy = PolicyOf(settings);
  options.on_alert = [&alerts](const jobs::JobAlert& alert) { alerts.Add(alert); };
  return options;
}

void Loop(jobs::Runner& runner, JobAlerts& alerts, StopSignal& stop) {
  std::string last_problem;
  while (!stop.WaitFor(kTurn)) {
    const auto done = runner.DoWork();
    const std::string problem = done ? "" : done.error().message;
    if (problem != last_problem && !problem.empty()) {
      base::LogError("jobs_store_away").With("reason", problem);
    }
    last_problem = problem;
    alerts.Flush();
  }
  runner.Stop();
  alerts.Flush();
}

}  // namespace

int RunJobs(const config::Settings& settings, const AppContext& context) {
  StopSignal stop(context.run_for());
  const auto paths = PathsOf(settings);
  const auto calendar = CalendarOf(settings);
  if (!paths || !calendar) {
    fmt::print(stderr, "error: {}\n", calendar ? "data" : calendar.error().message);
    return kExitUsage;
  }
  const auto set = MakeJobs(settings, *paths, *calendar);
  if (!set) {
    fmt::print(stderr, "error: {}\n", set.error().message);
    return kExitUsage;
  }
  const auto prepared = paths->Prepare();
  const auto store = prepared ? jobs::JobStore::Open(paths->JobsFile(), sql::Access::kReadWrite)
                              : tl::unexpected(prepared.error());
  if (!store) {
    fmt::print(stderr, "error: {}\n", store.error().message);
    return kExitFailed;
  }
  std::vector<jobs::Job*> all;
  all.reserve(set->size());
  for (const auto& job : *set) {
    all.push_back(job.get());
  }
  JobAlerts alerts(settings, *paths);
  jobs::Runner runner(**store, all, *calendar, base::SystemClock(), OptionsOf(settings, alerts));
  base::LogInfo("jobs_started").With("store", paths->JobsFile().string()).With("jobs", all.size());
  Loop(runner, alerts, stop);
  base::LogInfo("jobs_stopped").With("signal", stop.signal());
  return kExitDone;
}

}  // namespace bulwark::app

// Runs the jobs of one process: takes what is due, keeps the leases, writes how it ended.
//
// Shape:   DoWork() is one turn: it ends runs that are over, renews leases and stores progress,
//          stops a run whose lease is somebody else's, then starts what is due, at most `parallel`
//          runs at once. Several runners, in one process or in many, share the jobs by their
//          leases. A run that is stopped in an orderly way is resumed by the next runner.
// Errors:  DoWork() fails when the store cannot be used; running jobs keep their lease until it
//          ends, then stop by themselves. Alerts go to `on_alert`, each once.
// Threads: DoWork() and Stop() on one thread; each run has a thread of its own. Stop() waits for
//          the runs to see ShouldStop().
// Owner:   store, jobs, calendar and clock outlive it.
// Source:  docs/jobs.md, docs/threads.md

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "jobs/job.h"
#include "jobs/job_store.h"
#include "jobs/plan.h"

namespace bulwark::jobs {

enum class AlertKind : std::uint8_t {
  kOverrun,  // JOB_OVERRUN: it runs for longer than it should.
  kMissed,   // JOB_MISSED: planned runs did not take place.
  kNotRun,   // JOB_NOT_STARTED: its time has passed and nothing began.
  kFailed,   // JOB_FAILED: it failed, or items did, and it will not be repeated.
};

struct JobAlert {
  AlertKind kind = AlertKind::kMissed;
  std::string job;
  std::string message;
};

struct RunnerOptions {
  std::string owner;  // Unlike any other runner's.
  base::Nanos lease = std::chrono::seconds{30};
  base::Nanos not_run_after = std::chrono::minutes{30};
  std::size_t parallel = 2;
  PlanPolicy policy;
  std::function<void(const JobAlert&)> on_alert = [](const JobAlert&) {};
};

class Runner {
 public:
  Runner(JobStore& store, std::vector<Job*> jobs, const calendar::ExchangeCalendar& calendar,
         const base::Clock& clock, RunnerOptions options);
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  Runner(Runner&&) = delete;
  Runner& operator=(Runner&&) = delete;

  // Tells how many runs it started and ended.
  base::Result<int> DoWork();
  // Asks all runs to stop, waits, and stores what became of them. Idempotent.
  void Stop();

  [[nodiscard]] std::size_t active() const { return active_.size(); }

 private:
  class Active;

  base::Result<int> EndRuns();
  base::Result<void> End(Active& active);
  base::Result<void> RenewAll();
  base::Result<int> StartDue();
  base::Result<bool> StartOne(Job& job);
  base::Result<void> Register();
  base::Result<void> ReportAlive();
  void NoteOverrun(Active& active);
  void NoteMissed(const JobSpec& spec, std::uint32_t missed) const;
  base::Result<void> NoteNotRun();
  [[nodiscard]] bool IsActive(const Job& job) const;

  JobStore& store_;
  std::vector<Job*> jobs_;
  const calendar::ExchangeCalendar& calendar_;
  const base::Clock& clock_;
  RunnerOptions options_;
  std::vector<std::unique_ptr<Active>> active_;
  std::map<std::string, base::UnixNanos, std::less<>> told_;  // job -> due time told as not run.
  base::Nanos renewed_at_{};                                  // Monotonic, as the next.
  base::Nanos alive_at_{};
  bool is_registered_ = false;
};

}  // namespace bulwark::jobs

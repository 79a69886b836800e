// A run of a job that a person began on the command line, with its row, its lease and its fence:
// while it lasts no runner runs that job, and the history shows it.
//
// Shape:   the lease is renewed by ShouldStop(), which the work asks often; a run whose lease is
//          somebody else's by then is to stop. Its arguments are none that the job can read, so
//          that no runner resumes or repeats it: who began it does. What a runner left open before
//          is asked for again, as a request.
// Errors:  kConflict when somebody else runs the job for longer than a lease lasts; those of the
//          job store.
// Threads: one thread.
// Source:  docs/jobs.md#one-runner-per-job

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/time.h"
#include "data_paths.h"
#include "jobs/job.h"
#include "jobs/job_store.h"

namespace bulwark::app {

struct HandRunOptions {
  jobs::JobSpec spec;
  std::string words;  // What was asked for, as the history shows it.
  base::Nanos lease{};
  std::function<bool()> is_stopped;
};

class HandRun {
 public:
  // Waits for a lease: of a process that was killed it lives on for a while.
  static base::Result<std::unique_ptr<HandRun>> Begin(const DataPaths& paths,
                                                      HandRunOptions options);

  [[nodiscard]] jobs::JobContext& context() { return *context_; }
  [[nodiscard]] bool ShouldStop();
  // How it ended: by itself, or `why` not.
  base::Result<void> End(const std::string& why);

 private:
  HandRun(std::unique_ptr<jobs::JobStore> store, HandRunOptions options)
      : store_(std::move(store)), options_(std::move(options)) {}

  // False when somebody else holds the lease.
  base::Result<bool> Take();

  std::unique_ptr<jobs::JobStore> store_;
  HandRunOptions options_;
  std::unique_ptr<jobs::JobContext> context_;
  base::Nanos renew_at_{};
};

}  // namespace bulwark::app

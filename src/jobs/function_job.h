// A job made of its description and a function that does the work.
//
// Threads: as jobs/job.h; the function runs on the run's thread.
// Owner:   what the function refers to must outlive the job.

#pragma once

#include <functional>
#include <utility>

#include "base/result.h"
#include "jobs/job.h"

namespace bulwark::jobs {

class FunctionJob final : public Job {
 public:
  using Function = std::function<base::Result<void>(JobContext&)>;

  FunctionJob(JobSpec spec, Function function)
      : spec_(std::move(spec)), function_(std::move(function)) {}

  [[nodiscard]] const JobSpec& spec() const override { return spec_; }
  base::Result<void> Run(JobContext& context) override { return function_(context); }

 private:
  JobSpec spec_;
  Function function_;
};

}  // namespace bulwark::jobs

#include "jobs/job.h"

#include <cstdint>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/new_york.h"
#include "base/result.h"
#include "calendar/day.h"

namespace bulwark::jobs {

base::Result<void> CheckArguments(const JobSpec& spec, std::string_view arguments) {
  if (arguments.empty() || arguments == "{}") {
    return {};
  }
  return spec.check_arguments ? spec.check_arguments(arguments)
                              : base::Fail(base::ErrorCode::kInvalidArgument,
                                           "arguments: " + spec.id + " takes none");
}

JobContext::JobContext(RunRequest request, const base::Clock& clock)
    : request_(std::move(request)),
      clock_(clock),
      deadline_(std::numeric_limits<std::int64_t>::max()) {}

calendar::Date JobContext::date() const {
  return base::NewYorkDate(request_.started_at);
}

calendar::Date JobContext::due_date() const {
  return base::NewYorkDate(request_.due_at);
}

bool JobContext::ShouldStop() {
  if (clock_.MonotonicNow().count() >= deadline_) {
    Stop(StopCause::kLeaseLost);
  }
  return cause_ != StopCause::kNone;
}

void JobContext::CountDone(std::uint64_t rows) {
  rows_ += rows;
  ++done_;
}

void JobContext::CountFailed(std::string_view item, std::string_view message) {
  ++failed_;
  const std::scoped_lock lock(mutex_);
  if (errors_.size() < kErrorsMax) {
    errors_.push_back({.item = std::string(item), .message = std::string(message)});
  }
}

RunCounts JobContext::Counts() const {
  return {.items_total = total_,
          .items_done = done_,
          .items_skipped = skipped_,
          .items_failed = failed_,
          .rows = rows_};
}

std::vector<ItemError> JobContext::Errors() const {
  const std::scoped_lock lock(mutex_);
  return errors_;
}

void JobContext::Stop(StopCause cause) {
  StopCause none = StopCause::kNone;
  cause_.compare_exchange_strong(none, cause);
}

}  // namespace bulwark::jobs

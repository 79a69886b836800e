// What a job is: an id, a plan when it runs, and Run(), which does its items one by one.
//
// Shape:   a job is made once and Run() many times, never twice at once for one id in all processes
//          of the installation. Run() walks over its items (symbols, mostly); for each it asks
//          ShouldStop(), does the work, commits it in one transaction that begins with
//          RequireFence() (jobs/fence.h), then sets its work mark (jobs/work_marks.h), then counts
//          the item. A run may end anywhere, also by SIGKILL: the next one goes on from what is
//          committed.
// Errors:  Run() fails when the whole run cannot go on (no database, no universe). An item that
//          fails is counted and the run goes on. A kConflict of RequireFence() ends the run: pass
//          it on.
// Threads: Run() has a thread of its own, on which it may block, for at most a few seconds without
//          asking ShouldStop(). JobContext: counting and ShouldStop() from any thread.
// Owner:   the runner owns the context for the length of Run(); jobs outlive their runner.
// Source:  docs/jobs.md, contract section 5

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "calendar/day.h"
#include "jobs/fence.h"
#include "jobs/schedule.h"

namespace bulwark::jobs {

struct JobSpec {
  std::string id;                    // "daily_bars": a word for people, keys and REST.
  std::string name;                  // "Daily OHLCV Backfill".
  std::optional<Schedule> schedule;  // Empty: on demand only.
  base::Nanos overrun_after{};       // A run longer than this raises the alert JOB_OVERRUN.
  // Whether the arguments of a request can be read; empty: the job takes none.
  std::function<base::Result<void>(std::string_view)> check_arguments = {};
};

// kInvalidArgument for what the job cannot read. No text and an empty object are no arguments.
base::Result<void> CheckArguments(const JobSpec& spec, std::string_view arguments);

enum class Trigger : std::uint8_t {
  kSchedule,
  kCatchUp,  // Its time passed while no runner was there.
  kDemand,   // A person asked.
  kResume,   // The run before it was lost: process killed, lease gone.
  kRetry,    // The run before it ended with failures.
};

// Why this run is. `due_at` is the time on the plan, or when a person asked; a resumed or repeated
// run keeps it.
struct RunRequest {
  std::int64_t run_id = 0;
  Fence fence;
  Trigger trigger = Trigger::kDemand;
  base::UnixNanos due_at;
  base::UnixNanos started_at;
  std::string arguments;  // JSON; the job's own, empty for a scheduled run.
};

struct RunCounts {
  std::uint64_t items_total = 0;
  std::uint64_t items_done = 0;
  std::uint64_t items_skipped = 0;  // Were done already.
  std::uint64_t items_failed = 0;
  std::uint64_t rows = 0;  // Written to the store.

  bool operator==(const RunCounts&) const = default;
};

struct ItemError {
  std::string item;
  std::string message;

  bool operator==(const ItemError&) const = default;
};

enum class StopCause : std::uint8_t { kNone, kAsked, kLeaseLost };

class JobContext {
 public:
  static constexpr std::size_t kErrorsMax = 100;  // Kept; all are counted.

  // Without a lease's deadline: for tests and tools that run a job by hand.
  JobContext(RunRequest request, const base::Clock& clock);

  [[nodiscard]] const RunRequest& request() const { return request_; }
  [[nodiscard]] const Fence& fence() const { return request_.fence; }
  // The date in New York on which the run started.
  [[nodiscard]] calendar::Date date() const;
  // The date in New York for which it runs: earlier when it makes up for a missed run.
  [[nodiscard]] calendar::Date due_date() const;

  // True when the run must end: somebody asked for it, or its lease ran out (the process was
  // stopped for longer than the lease). Once true, always true.
  [[nodiscard]] bool ShouldStop();
  [[nodiscard]] StopCause stop_cause() const { return cause_.load(); }

  void SetTotal(std::uint64_t items) { total_ = items; }
  void CountDone(std::uint64_t rows);
  void CountSkipped() { ++skipped_; }
  // `message` must not hold secrets; it is stored and shown.
  void CountFailed(std::string_view item, std::string_view message);

  [[nodiscard]] RunCounts Counts() const;
  [[nodiscard]] std::vector<ItemError> Errors() const;

  // The runner's.
  void Stop(StopCause cause);
  void HoldUntil(base::Nanos monotonic) { deadline_ = monotonic.count(); }

 private:
  RunRequest request_;
  const base::Clock& clock_;
  std::atomic<StopCause> cause_ = StopCause::kNone;
  std::atomic<std::int64_t> deadline_;
  std::atomic<std::uint64_t> total_ = 0;
  std::atomic<std::uint64_t> done_ = 0;
  std::atomic<std::uint64_t> skipped_ = 0;
  std::atomic<std::uint64_t> failed_ = 0;
  std::atomic<std::uint64_t> rows_ = 0;
  mutable std::mutex mutex_;
  std::vector<ItemError> errors_;  // Guarded by mutex_.
};

class Job {
 public:
  Job() = default;
  virtual ~Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  Job(Job&&) = delete;
  Job& operator=(Job&&) = delete;

  [[nodiscard]] virtual const JobSpec& spec() const = 0;
  virtual base::Result<void> Run(JobContext& context) = 0;
};

}  // namespace bulwark::jobs

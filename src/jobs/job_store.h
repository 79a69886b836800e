// The jobs' own database: leases, plans, runs and requests, shared by all processes that run jobs.
//
// Shape:   one row per job with its lease (owner, token, end) and how far its plan is dealt with;
//          one row per run; the errors of a run's items; requests of persons. It is a SQLite file
//          of its own beside the ledger: runners that write progress must never make the trader
//          wait for the ledger's one write lock. A token is given once and only grows.
// Units:   UTC nanoseconds by the wall clock. A lease that ends further ahead than kLeaseMax was
//          written by a clock that has been set back since, and counts as over.
// Errors:  as sql/error.h; kNotFound for a job without a row.
// Threads: one thread per object; several objects, also in other processes, at once. Calls block up
//          to two seconds for another writer.
// Source:  docs/jobs.md#one-runner-per-job

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/crash_point.h"
#include "base/result.h"
#include "base/time.h"
#include "jobs/job.h"
#include "jobs/plan.h"
#include "sql/connection.h"

namespace bulwark::jobs {

inline constexpr base::DurableWrite kJobStoreWrite{"jobs.store", "a lease, a run or a request"};

struct RunRow {
  std::int64_t id = 0;
  std::string job;
  std::int64_t token = 0;
  Trigger trigger = Trigger::kSchedule;
  RunState state = RunState::kRunning;
  std::uint32_t attempt = 1;
  base::UnixNanos due_at;
  base::UnixNanos started_at;
  base::UnixNanos ended_at;  // 0 while it runs.
  RunCounts counts;
  std::string message;  // Why it failed.
  std::string arguments;
  std::string owner;
};

struct JobRow {
  std::string id;
  std::string owner;  // Empty: nobody runs it.
  std::int64_t token = 0;
  base::UnixNanos lease_ends_at;
  base::UnixNanos planned_through;
  bool is_paused = false;
  std::size_t requests = 0;  // Waiting.
};

// What ends a run.
struct RunEnd {
  RunState state = RunState::kDone;
  RunCounts counts;
  std::vector<ItemError> errors;
  std::string message;
};

std::string_view Name(RunState state);
std::string_view Name(Trigger trigger);

class JobStore {
 public:
  static constexpr base::Nanos kLeaseMax = std::chrono::minutes{10};
  static constexpr std::size_t kRunsKept = 2'000;   // Per job.
  static constexpr std::size_t kRequestsMax = 100;  // Waiting, per job.

  static base::Result<std::unique_ptr<JobStore>> Open(const std::filesystem::path& file,
                                                      sql::Access access);

  // A row for a job that has none: its plan begins at `now`.
  base::Result<void> Register(std::string_view job, base::UnixNanos now);

  struct Taker {
    std::string owner;
    base::Nanos lease;
  };
  using Decider = std::function<Decision(const JobState&)>;
  struct Taken {
    std::optional<RunRequest> run;
    std::uint32_t missed = 0;
  };
  // When nobody holds the job's lease, asks `decide` and does what it says, in one transaction: the
  // lease with a new token, the row of the run, the end of a run that was lost.
  base::Result<Taken> TryStart(std::string_view job, const Taker& taker, base::UnixNanos now,
                               const Decider& decide);
  // What a run did so far; `errors` holds what it had at the last time as well.
  struct Progress {
    RunCounts counts;
    std::vector<ItemError> errors;
  };
  // Holds the lease until `until` and stores progress; false when it is somebody else's by now.
  base::Result<bool> Renew(const RunRequest& run, const Progress& progress, base::UnixNanos until);
  // False, and nothing is stored, when the run is somebody else's by now.
  base::Result<bool> Finish(const RunRequest& run, const RunEnd& end, base::UnixNanos now);

  // The number of the request; kConflict when too many are waiting.
  base::Result<std::int64_t> Request(std::string_view job, std::string_view arguments,
                                     std::string_view by, base::UnixNanos now);
  // The run that did a request; empty while it waits.
  base::Result<std::optional<RunRow>> RunOfRequest(std::int64_t request);
  // A resumed plan goes on with the first fire time after `now`.
  base::Result<void> SetPaused(std::string_view job, bool is_paused, base::UnixNanos now);

  // A runner says that it is alive; the newest word of any of them that is not of the future: a
  // clock that was set back must not make a dead runner look alive.
  base::Result<void> ReportAlive(std::string_view owner, base::UnixNanos now);
  base::Result<std::optional<base::UnixNanos>> LastAlive(base::UnixNanos now);

  base::Result<std::vector<JobRow>> Jobs();
  // Newest first; `job` empty means all.
  base::Result<std::vector<RunRow>> Runs(std::string_view job, std::size_t limit);
  // Runs of `job` that were due at or after `from`, oldest first.
  base::Result<std::vector<RunRow>> RunsDueFrom(std::string_view job, base::UnixNanos from);
  base::Result<std::vector<ItemError>> ErrorsOf(std::int64_t run);

 private:
  explicit JobStore(std::unique_ptr<sql::Connection> connection)
      : connection_(std::move(connection)) {}

  base::Result<JobRow> Row(std::string_view job);
  base::Result<JobState> StateOf(const JobRow& row);
  base::Result<Taken> Take(const JobRow& row, const Taker& taker, base::UnixNanos now,
                           const Decision& decision, sql::Transaction& transaction);
  base::Result<RunRequest> Insert(const JobRow& row, const Taker& taker, const Start& start,
                                  base::UnixNanos now);
  base::Result<void> CloseLost(const JobRow& row);
  base::Result<bool> UpdateLease(const RunRequest& run, std::string_view owner_after,
                                 base::UnixNanos until);
  base::Result<void> UpdateRun(const RunRequest& run, const RunEnd& end, base::UnixNanos ended_at);
  base::Result<void> AddErrors(const RunRequest& run, const std::vector<ItemError>& errors);

  std::unique_ptr<sql::Connection> connection_;
};

}  // namespace bulwark::jobs

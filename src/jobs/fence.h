// Keeps a run that lost its lease from committing: every item's transaction checks its token.
//
// Shape:   one row per job in the table `job_fences`, in the database that holds the work, holding
//          the largest token that ever wrote there. A run raises it to its own before it reads what
//          is done; from then on an older run's transactions fail. Tokens come from the lease
//          (jobs/job_store.h) and only grow.
// Errors:  kConflict when a newer run was there; others from the database.
// Threads: the connection's.
// Owner:   the database's own migrations make the table, with kFenceTable.
// Source:  docs/jobs.md#one-runner-per-job

#pragma once

#include <cstdint>
#include <string>

#include "base/crash_point.h"
#include "base/result.h"
#include "sql/connection.h"

namespace bulwark::jobs {

inline constexpr base::DurableWrite kFenceWrite{"jobs.fence", "an older run can commit no more"};

inline constexpr const char* kFenceTable =
    "CREATE TABLE job_fences (job TEXT NOT NULL PRIMARY KEY, token BIGINT NOT NULL)";

struct Fence {
  std::string job;
  std::int64_t token = 0;

  bool operator==(const Fence&) const = default;
};

// In a transaction of its own, when a run begins. Requires: no transaction is open.
base::Result<void> RaiseFence(sql::Connection& connection, const Fence& fence);

// Inside the transaction that commits an item, before anything is written. On an error the caller
// drops the transaction and ends its run.
base::Result<void> RequireFence(sql::Connection& connection, const Fence& fence);

}  // namespace bulwark::jobs

#include "jobs/fence.h"

#include <string>

#include "base/result.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::jobs {

base::Result<void> RequireFence(sql::Connection& connection, const Fence& fence) {
  // One statement that checks and writes: on a server it also locks the row until the commit.
  auto raise = connection.Prepare(
      {.sql = "INSERT INTO job_fences (job, token) VALUES (:a, :b) ON CONFLICT (job) DO UPDATE SET "
              "token = excluded.token WHERE job_fences.token <= excluded.token",
       .params = "ti",
       .columns = ""});
  if (!raise) {
    return tl::unexpected(raise.error());
  }
  const auto changed = raise->Set(0, fence.job).Set(1, fence.token).Execute();
  if (!changed) {
    return tl::unexpected(changed.error());
  }
  if (*changed == 0) {
    return base::Fail(base::ErrorCode::kConflict, "job " + fence.job + ": a run newer than " +
                                                      std::to_string(fence.token) +
                                                      " has taken over");
  }
  return {};
}

base::Result<void> RaiseFence(sql::Connection& connection, const Fence& fence) {
  auto transaction = sql::Transaction::Begin(connection, kFenceWrite);
  if (!transaction) {
    return tl::unexpected(transaction.error());
  }
  if (auto raised = RequireFence(connection, fence); !raised) {
    return raised;
  }
  return transaction->Commit();
}

}  // namespace bulwark::jobs

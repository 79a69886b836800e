#include "jobs/job_store.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "jobs/job.h"
#include "jobs/job_schema.h"
#include "jobs/plan.h"
#include "sql/connection.h"
#include "sql/migrations.h"
#include "sql/sqlite_file.h"
#include "sql/statement.h"

namespace bulwark::jobs {
namespace {

using base::Result;

std::int64_t Count(base::UnixNanos at) {
  return at.time_since_epoch().count();
}

// Of two processes on one machine that read the clock one after the other.
constexpr base::Nanos kClockSlack = std::chrono::seconds{5};

std::int64_t Signed(std::uint64_t count) {
  return static_cast<std::int64_t>(count);
}

// Sets the parameters in their order.
template <class... Values>
void Bind(sql::Statement& statement, const Values&... values) {
  std::size_t at = 0;
  (statement.Set(at++, values), ...);
}

// Runs a statement that answers nothing; tells how many rows it changed.
template <class... Values>
Result<std::int64_t> Change(sql::Connection& connection, const std::string& sql,
                            const std::string& kinds, const Values&... values) {
  auto statement = connection.Prepare({.sql = sql, .params = kinds, .columns = ""});
  if (!statement) {
    return tl::unexpected(statement.error());
  }
  Bind(*statement, values...);
  return statement->Execute();
}

template <class... Values>
Result<std::vector<RunRow>> ReadRuns(sql::Connection& connection, const std::string& rest,
                                     const std::string& kinds, const Values&... values) {
  auto query =
      connection.Prepare({.sql = "SELECT " + std::string(kRunColumns) + " FROM runs " + rest,
                          .params = kinds,
                          .columns = std::string(kRunKinds)});
  if (!query) {
    return tl::unexpected(query.error());
  }
  Bind(*query, values...);
  std::vector<RunRow> runs;
  Result<void> outcome;
  const auto read = query->ForEachRow([&](const sql::Statement& row) {
    auto run = ReadRun(row);
    if (run) {
      runs.push_back(std::move(*run));
    } else {
      outcome = tl::unexpected(run.error());
    }
  });
  if (!read || !outcome) {
    return tl::unexpected(read ? outcome.error() : read.error());
  }
  return runs;
}

Result<std::int64_t> NextId(sql::Connection& connection, const std::string& table) {
  const auto last = connection.QueryInt("SELECT MAX(id) FROM " + table);
  if (!last) {
    return tl::unexpected(last.error());
  }
  return last->value_or(0) + 1;
}

// What a run of nothing but errors looks like to the caller.
template <class Value>
Result<void> Outcome(const Result<Value>& result) {
  if (!result) {
    return tl::unexpected(result.error());
  }
  return {};
}

LastRun Last(const RunRow& run, const JobRow& job) {
  // Nobody wrote the end of a run that was lost; it was at the latest when its lease ran out.
  const bool is_open = run.state == RunState::kRunning;
  return {.state = run.state,
          .due_at = run.due_at,
          .ended_at = is_open ? job.lease_ends_at : run.ended_at,
          .items_done = run.counts.items_done,
          .attempt = run.attempt,
          .arguments = run.arguments};
}

bool IsHeld(const JobRow& row, base::UnixNanos now) {
  return !row.owner.empty() && row.lease_ends_at > now &&
         row.lease_ends_at <= now + JobStore::kLeaseMax;
}

}  // namespace

Result<std::unique_ptr<JobStore>> JobStore::Open(const std::filesystem::path& file,
                                                 sql::Access access) {
  auto connection = sql::OpenSqlite(file, {.access = access, .is_checked = false});
  if (!connection) {
    return tl::unexpected(connection.error());
  }
  const auto ready = access == sql::Access::kReadWrite
                         ? sql::Migrate(**connection, JobMigrations(), base::WallNow())
                         : sql::RequireSchema(**connection, JobMigrations());
  if (!ready) {
    return tl::unexpected(ready.error());
  }
  return std::unique_ptr<JobStore>(new JobStore(std::move(*connection)));
}

Result<void> JobStore::Register(std::string_view job, base::UnixNanos now) {
  return Outcome(Change(*connection_,
                        "INSERT INTO jobs VALUES (:a, '', 0, 0, :b, 0) ON CONFLICT DO NOTHING",
                        "ti", job, Count(now)));
}

Result<JobStore::Taken> JobStore::TryStart(std::string_view job, const Taker& taker,
                                           base::UnixNanos now, const Decider& decide) {
  // Most of the time there is nothing to do, and then nobody's write lock is taken.
  auto row = Row(job);
  if (!row || IsHeld(*row, now)) {
    return row ? Result<Taken>(Taken()) : tl::unexpected(row.error());
  }
  auto state = StateOf(*row);
  if (!state) {
    return tl::unexpected(state.error());
  }
  if (const Decision early = decide(*state);
      !early.start && early.planned_through == state->planned_through) {
    return Taken();
  }
  auto transaction = sql::Transaction::Begin(*connection_, kJobStoreWrite);
  if (!transaction) {
    return tl::unexpected(transaction.error());
  }
  row = Row(job);
  state = row ? StateOf(*row) : tl::unexpected(row.error());
  if (!state || IsHeld(*row, now)) {
    return state ? Result<Taken>(Taken()) : tl::unexpected(state.error());
  }
  return Take(*row, taker, now, decide(*state), *transaction);
}

Result<JobStore::Taken> JobStore::Take(const JobRow& row, const Taker& taker, base::UnixNanos now,
                                       const Decision& decision, sql::Transaction& transaction) {
  Taken taken{.missed = decision.missed};
  auto planned = Outcome(Change(*connection_, "UPDATE jobs SET planned_through = :a WHERE id = :b",
                                "it", Count(decision.planned_through), row.id));
  if (planned && decision.start) {
    auto run = Insert(row, taker, *decision.start, now);
    planned = Outcome(run);
    if (run) {
      taken.run = std::move(*run);
    }
  }
  if (planned) {
    planned = transaction.Commit();
  }
  if (!planned) {
    return tl::unexpected(planned.error());
  }
  return taken;
}

Result<RunRequest> JobStore::Insert(const JobRow& row, const Taker& taker, const Start& start,
                                    base::UnixNanos now) {
  const auto id = NextId(*connection_, "runs");
  if (!id) {
    return tl::unexpected(id.error());
  }
  const std::int64_t token = row.token + 1;
  auto done = CloseLost(row);
  if (done) {
    done = Outcome(Change(
        *connection_, "UPDATE jobs SET owner = :a, token = :b, lease_ends_at = :c WHERE id = :d",
        "tiit", taker.owner, token, Count(now + taker.lease), row.id));
  }
  if (done) {
    done = Outcome(
        Change(*connection_,
               "INSERT INTO runs VALUES (:a, :b, :c, :d, 'running', :e, :f, :g, 0, 0, 0, "
               "0, 0, 0, '', :h, :i)",
               "ititiiitt", *id, row.id, token, Name(start.trigger), std::int64_t{start.attempt},
               Count(start.due_at), Count(now), start.arguments, taker.owner));
  }
  if (done && start.request_id != 0) {
    done = Outcome(Change(*connection_, "UPDATE requests SET run = :a WHERE id = :b", "ii", *id,
                          start.request_id));
  }
  if (!done) {
    return tl::unexpected(done.error());
  }
  return RunRequest{.run_id = *id,
                    .fence = {.job = row.id, .token = token},
                    .trigger = start.trigger,
                    .due_at = start.due_at,
                    .started_at = now,
                    .arguments = start.arguments};
}

// Ends the row of a run whose process is gone, and drops what is too old to keep.
Result<void> JobStore::CloseLost(const JobRow& row) {
  auto done = Outcome(Change(*connection_,
                             "UPDATE runs SET state = 'lost', ended_at = :a "
                             "WHERE job = :b AND state = 'running'",
                             "it", Count(row.lease_ends_at), row.id));
  if (done) {
    done = Outcome(Change(*connection_, "DELETE FROM runs WHERE job = :a AND token < :b", "ti",
                          row.id, row.token - Signed(kRunsKept)));
  }
  if (done) {
    done = connection_->Run("DELETE FROM run_errors WHERE run NOT IN (SELECT id FROM runs)");
  }
  if (done) {
    done = connection_->Run(
        "DELETE FROM requests WHERE run <> 0 AND run NOT IN (SELECT id FROM runs)");
  }
  return done;
}

Result<bool> JobStore::UpdateLease(const RunRequest& run, std::string_view owner_after,
                                   base::UnixNanos until) {
  // The token alone proves that nobody took the job since.
  const auto changed =
      Change(*connection_,
             "UPDATE jobs SET lease_ends_at = :a, owner = CASE WHEN :b = '' THEN '' ELSE owner END "
             "WHERE id = :c AND token = :d AND owner <> ''",
             "itti", Count(until), owner_after, run.fence.job, run.fence.token);
  if (!changed) {
    return tl::unexpected(changed.error());
  }
  return *changed == 1;
}

Result<void> JobStore::UpdateRun(const RunRequest& run, const RunEnd& end,
                                 base::UnixNanos ended_at) {
  const RunCounts& counts = end.counts;
  return Outcome(
      Change(*connection_,
             "UPDATE runs SET state = :a, ended_at = :b, items_total = :c, items_done = :d, "
             "items_skipped = :e, items_failed = :f, rows_written = :g, message = :h WHERE id = :i",
             "tiiiiiiti", Name(end.state), Count(ended_at), Signed(counts.items_total),
             Signed(counts.items_done), Signed(counts.items_skipped), Signed(counts.items_failed),
             Signed(counts.rows), end.message, run.run_id));
}

// Those that are there already stay: the errors of a run only grow.
Result<void> JobStore::AddErrors(const RunRequest& run, const std::vector<ItemError>& errors) {
  Result<void> done;
  for (std::size_t at = 0; done && at < errors.size(); ++at) {
    done = Outcome(Change(*connection_,
                          "INSERT INTO run_errors VALUES (:a, :b, :c, :d) ON CONFLICT DO NOTHING",
                          "iitt", run.run_id, Signed(at), errors[at].item, errors[at].message));
  }
  return done;
}

Result<bool> JobStore::Renew(const RunRequest& run, const Progress& progress,
                             base::UnixNanos until) {
  auto transaction = sql::Transaction::Begin(*connection_, kJobStoreWrite);
  if (!transaction) {
    return tl::unexpected(transaction.error());
  }
  auto held = UpdateLease(run, "same", until);
  if (!held || !*held) {
    return held;
  }
  auto done =
      UpdateRun(run, {.state = RunState::kRunning, .counts = progress.counts}, base::UnixNanos());
  if (done) {
    done = AddErrors(run, progress.errors);
  }
  if (done) {
    done = transaction->Commit();
  }
  return done ? held : tl::unexpected(done.error());
}

Result<bool> JobStore::Finish(const RunRequest& run, const RunEnd& end, base::UnixNanos now) {
  auto transaction = sql::Transaction::Begin(*connection_, kJobStoreWrite);
  if (!transaction) {
    return tl::unexpected(transaction.error());
  }
  auto held = UpdateLease(run, "", base::UnixNanos());
  if (!held || !*held) {
    return held;
  }
  auto done = UpdateRun(run, end, now);
  if (done) {
    done = AddErrors(run, end.errors);
  }
  if (done) {
    done = transaction->Commit();
  }
  return done ? held : tl::unexpected(done.error());
}

Result<std::int64_t> JobStore::Request(std::string_view job, std::string_view arguments,
                                       std::string_view by, base::UnixNanos now) {
  auto transaction = sql::Transaction::Begin(*connection_, kJobStoreWrite);
  if (!transaction) {
    return tl::unexpected(transaction.error());
  }
  const auto row = Row(job);
  if (!row) {
    return tl::unexpected(row.error());
  }
  if (row->requests >= kRequestsMax) {
    return base::Fail(
        base::ErrorCode::kConflict,
        "job " + row->id + " has " + std::to_string(row->requests) + " requests waiting");
  }
  const auto id = NextId(*connection_, "requests");
  auto done = Outcome(id);
  if (id) {
    done = Outcome(Change(*connection_, "INSERT INTO requests VALUES (:a, :b, :c, :d, :e, 0)",
                          "ititt", *id, job, Count(now), by, arguments));
  }
  if (done) {
    done = transaction->Commit();
  }
  if (!done) {
    return tl::unexpected(done.error());
  }
  return *id;
}

Result<std::optional<RunRow>> JobStore::RunOfRequest(std::int64_t request) {
  auto runs =
      ReadRuns(*connection_, "WHERE id = (SELECT run FROM requests WHERE id = :a)", "i", request);
  if (!runs) {
    return tl::unexpected(runs.error());
  }
  return runs->empty() ? std::nullopt : std::optional(runs->front());
}

Result<void> JobStore::SetPaused(std::string_view job, bool is_paused, base::UnixNanos now) {
  const auto row = Row(job);
  if (!row) {
    return tl::unexpected(row.error());
  }
  // What came due during the pause is not made up for.
  return Outcome(Change(*connection_,
                        "UPDATE jobs SET planned_through = CASE WHEN is_paused = 1 THEN :a ELSE "
                        "planned_through END, is_paused = :b WHERE id = :c",
                        "iit", Count(now), std::int64_t{is_paused ? 1 : 0}, job));
}

Result<void> JobStore::ReportAlive(std::string_view owner, base::UnixNanos now) {
  auto done = Outcome(Change(*connection_, "DELETE FROM runners WHERE seen_at < :a OR seen_at > :b",
                             "ii", Count(now - std::chrono::hours(1)), Count(now + kClockSlack)));
  if (done) {
    done = Outcome(Change(*connection_,
                          "INSERT INTO runners VALUES (:a, :b) ON CONFLICT (owner) DO UPDATE SET "
                          "seen_at = excluded.seen_at",
                          "ti", owner, Count(now)));
  }
  return done;
}

Result<std::optional<base::UnixNanos>> JobStore::LastAlive(base::UnixNanos now) {
  auto query =
      connection_->Prepare({.sql = "SELECT seen_at FROM runners WHERE seen_at <= :a ORDER BY "
                                   "seen_at DESC LIMIT 1",
                            .params = "i",
                            .columns = "i"});
  if (!query) {
    return tl::unexpected(query.error());
  }
  std::optional<base::UnixNanos> seen;
  const auto read = query->Set(0, Count(now + kClockSlack)).ForEachRow([&](const auto& row) {
    seen = base::UnixNanos(base::Nanos(row.Int(0)));
  });
  if (!read) {
    return tl::unexpected(read.error());
  }
  return seen;
}

Result<JobRow> JobStore::Row(std::string_view job) {
  const auto jobs = Jobs();
  if (!jobs) {
    return tl::unexpected(jobs.error());
  }
  for (const JobRow& row : *jobs) {
    if (row.id == job) {
      return row;
    }
  }
  return base::Fail(base::ErrorCode::kNotFound, "no job \"" + std::string(job) + "\"");
}

Result<JobState> JobStore::StateOf(const JobRow& row) {
  JobState state{.planned_through = row.planned_through, .is_paused = row.is_paused};
  const auto runs = ReadRuns(*connection_, "WHERE job = :a ORDER BY id DESC LIMIT 1", "t", row.id);
  if (!runs) {
    return tl::unexpected(runs.error());
  }
  if (!runs->empty()) {
    state.last = Last(runs->front(), row);
  }
  auto query = connection_->Prepare({.sql = "SELECT id, asked_at, arguments FROM requests "
                                            "WHERE job = :a AND run = 0 ORDER BY id LIMIT 1",
                                     .params = "t",
                                     .columns = "iit"});
  if (!query) {
    return tl::unexpected(query.error());
  }
  query->Set(0, row.id);
  const auto read = query->ForEachRow([&](const sql::Statement& request) {
    state.request = {.id = request.Int(0),
                     .asked_at = base::UnixNanos(base::Nanos(request.Int(1))),
                     .arguments = request.Text(2)};
  });
  if (!read) {
    return tl::unexpected(read.error());
  }
  return state;
}

Result<std::vector<JobRow>> JobStore::Jobs() {
  auto query = connection_->Prepare(
      {.sql = "SELECT id, owner, token, lease_ends_at, planned_through, is_paused, "
              "(SELECT COUNT(*) FROM requests WHERE requests.job = jobs.id AND run = 0) "
              "FROM jobs ORDER BY id",
       .params = "",
       .columns = "ttiiiii"});
  if (!query) {
    return tl::unexpected(query.error());
  }
  std::vector<JobRow> jobs;
  const auto read = query->ForEachRow([&](const sql::Statement& row) {
    jobs.push_back({.id = row.Text(0),
                    .owner = row.Text(1),
                    .token = row.Int(2),
                    .lease_ends_at = base::UnixNanos(base::Nanos(row.Int(3))),
                    .planned_through = base::UnixNanos(base::Nanos(row.Int(4))),
                    .is_paused = row.Int(5) != 0,
                    .requests = static_cast<std::size_t>(row.Int(6))});
  });
  if (!read) {
    return tl::unexpected(read.error());
  }
  return jobs;
}

Result<std::vector<RunRow>> JobStore::Runs(std::string_view job, std::size_t limit) {
  return ReadRuns(*connection_, "WHERE :a IN ('', job) ORDER BY id DESC LIMIT :b", "ti", job,
                  Signed(limit));
}

Result<std::vector<RunRow>> JobStore::RunsDueFrom(std::string_view job, base::UnixNanos from) {
  return ReadRuns(*connection_, "WHERE job = :a AND due_at >= :b ORDER BY id", "ti", job,
                  Count(from));
}

Result<std::vector<ItemError>> JobStore::ErrorsOf(std::int64_t run) {
  auto query = connection_->Prepare(
      {.sql = "SELECT item, message FROM run_errors WHERE run = :a ORDER BY place",
       .params = "i",
       .columns = "tt"});
  if (!query) {
    return tl::unexpected(query.error());
  }
  std::vector<ItemError> errors;
  const auto read = query->Set(0, run).ForEachRow([&](const sql::Statement& row) {
    errors.push_back({.item = row.Text(0), .message = row.Text(1)});
  });
  if (!read) {
    return tl::unexpected(read.error());
  }
  return errors;
}

}  // namespace bulwark::jobs

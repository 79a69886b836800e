// The tables of the jobs' database, as forward migrations, and the rows they hold.
//
// Units:   times UTC nanoseconds; 0 where a time is missing.
// Errors:  rows: kCorrupt for a word that no version wrote.
// Threads: any.

#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "jobs/job_store.h"
#include "sql/migrations.h"
#include "sql/statement.h"

namespace bulwark::jobs {

std::span<const sql::Migration> JobMigrations();

// The columns of a run in the order in which ReadRun() expects them, and their kinds.
inline constexpr std::string_view kRunColumns =
    "id, job, token, why, state, attempt, due_at, started_at, ended_at, items_total, items_done, "
    "items_skipped, items_failed, rows_written, message, arguments, owner";
inline constexpr std::string_view kRunKinds = "itittiiiiiiiiittt";
base::Result<RunRow> ReadRun(const sql::Statement& row);

}  // namespace bulwark::jobs

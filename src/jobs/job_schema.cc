#include "jobs/job_schema.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "jobs/job.h"
#include "jobs/job_store.h"
#include "jobs/plan.h"
#include "sql/migrations.h"
#include "sql/statement.h"

namespace bulwark::jobs {
namespace {

constexpr std::array kTables = std::to_array<const char*>({
    "CREATE TABLE jobs (id TEXT NOT NULL PRIMARY KEY, owner TEXT NOT NULL, token BIGINT NOT NULL, "
    "lease_ends_at BIGINT NOT NULL, planned_through BIGINT NOT NULL, is_paused BIGINT NOT NULL)",
    "CREATE TABLE runs (id BIGINT NOT NULL PRIMARY KEY, job TEXT NOT NULL, token BIGINT NOT NULL, "
    "why TEXT NOT NULL, state TEXT NOT NULL, attempt BIGINT NOT NULL, due_at BIGINT NOT NULL, "
    "started_at BIGINT NOT NULL, ended_at BIGINT NOT NULL, items_total BIGINT NOT NULL, "
    "items_done BIGINT NOT NULL, items_skipped BIGINT NOT NULL, items_failed BIGINT NOT NULL, "
    "rows_written BIGINT NOT NULL, message TEXT NOT NULL, arguments TEXT NOT NULL, "
    "owner TEXT NOT NULL, UNIQUE (job, token))",
    "CREATE TABLE run_errors (run BIGINT NOT NULL, place BIGINT NOT NULL, item TEXT NOT NULL, "
    "message TEXT NOT NULL, PRIMARY KEY (run, place))",
    "CREATE TABLE requests (id BIGINT NOT NULL PRIMARY KEY, job TEXT NOT NULL, "
    "asked_at BIGINT NOT NULL, asked_by TEXT NOT NULL, arguments TEXT NOT NULL, "
    "run BIGINT NOT NULL)",
    "CREATE TABLE runners (owner TEXT NOT NULL PRIMARY KEY, seen_at BIGINT NOT NULL)",
});

constexpr std::array<std::string_view, 6> kStates{"running", "done", "partial",
                                                  "failed",  "lost", "interrupted"};
constexpr std::array<std::string_view, 5> kTriggers{"schedule", "catch_up", "demand", "resume",
                                                    "retry"};

template <class Enum, std::size_t Size>
std::optional<Enum> Parse(const std::array<std::string_view, Size>& words, std::string_view word) {
  const auto* const found = std::ranges::find(words, word);
  return found == words.end() ? std::nullopt
                              : std::optional(static_cast<Enum>(found - words.begin()));
}

base::UnixNanos TimeAt(const sql::Statement& row, std::size_t at) {
  return base::UnixNanos(base::Nanos(row.Int(at)));
}

std::uint64_t CountAt(const sql::Statement& row, std::size_t at) {
  return static_cast<std::uint64_t>(row.Int(at));
}

}  // namespace

std::string_view Name(RunState state) {
  return kStates.at(static_cast<std::size_t>(state));
}

std::string_view Name(Trigger trigger) {
  return kTriggers.at(static_cast<std::size_t>(trigger));
}

std::span<const sql::Migration> JobMigrations() {
  static const std::array<sql::Migration, 1> steps{{{.name = "jobs", .statements = kTables}}};
  return steps;
}

base::Result<RunRow> ReadRun(const sql::Statement& row) {
  const auto trigger = Parse<Trigger>(kTriggers, row.Text(3));
  const auto state = Parse<RunState>(kStates, row.Text(4));
  if (!trigger || !state) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      "run " + std::to_string(row.Int(0)) + ": state \"" + row.Text(4) +
                          "\" or trigger \"" + row.Text(3) + "\" is unknown");
  }
  return RunRow{.id = row.Int(0),
                .job = row.Text(1),
                .token = row.Int(2),
                .trigger = *trigger,
                .state = *state,
                .attempt = static_cast<std::uint32_t>(row.Int(5)),
                .due_at = TimeAt(row, 6),
                .started_at = TimeAt(row, 7),
                .ended_at = TimeAt(row, 8),
                .counts = {.items_total = CountAt(row, 9),
                           .items_done = CountAt(row, 10),
                           .items_skipped = CountAt(row, 11),
                           .items_failed = CountAt(row, 12),
                           .rows = CountAt(row, 13)},
                .message = row.Text(14),
                .arguments = row.Text(15),
                .owner = row.Text(16)};
}

}  // namespace bulwark::jobs

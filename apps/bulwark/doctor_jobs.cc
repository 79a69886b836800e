// The lines of the doctor on jobs, whose own alerts need a runner that is alive.

#include <chrono>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/result.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "config/settings.h"
#include "data_paths.h"
#include "doctor_checks.h"
#include "job_set.h"
#include "jobs/job.h"
#include "jobs/job_store.h"
#include "jobs/plan.h"
#include "jobs_report.h"
#include "sql/connection.h"

namespace bulwark::app {
namespace {

using Level = DoctorLine::Level;

// As jobs/runner.h raises JOB_NOT_STARTED.
constexpr base::Nanos kNotRunAfter = std::chrono::minutes{30};
constexpr base::Nanos kAliveFor = std::chrono::seconds{45};

struct Facts {
  base::Result<JobList> jobs;
  calendar::ExchangeCalendar calendar;
  std::unique_ptr<jobs::JobStore> store;
};

void AddIfLate(const jobs::JobSpec& spec, const jobs::JobRow& row,
               const calendar::ExchangeCalendar& calendar, base::UnixNanos now,
               DoctorLines& lines) {
  if (row.id != spec.id || row.is_paused || !spec.schedule) {
    return;
  }
  const jobs::Passed passed =
      jobs::FiresBetween(*spec.schedule, calendar, row.planned_through, now);
  if (passed.count > 0 && now - passed.newest >= kNotRunAfter) {
    lines.push_back({Level::kYellow, "jobs",
                     fmt::format("{} was due {} and has not begun, {} times in all", spec.id,
                                 WallText(passed.newest), passed.count)});
  }
}

// What was due and has not begun.
base::Result<DoctorLines> Unstarted(const Facts& facts, base::UnixNanos now) {
  const auto rows = facts.store->Jobs();
  if (!rows) {
    return tl::unexpected(rows.error());
  }
  DoctorLines lines;
  for (const auto& job : *facts.jobs) {
    const jobs::JobSpec& spec = job->spec();
    for (const jobs::JobRow& row : *rows) {
      AddIfLate(spec, row, facts.calendar, now, lines);
    }
  }
  return lines;
}

base::Result<DoctorLines> LinesOf(const Facts& facts, base::UnixNanos now) {
  const auto seen = facts.store->LastAlive(now);
  if (!seen) {
    return tl::unexpected(seen.error());
  }
  auto lines = Unstarted(facts, now);
  if (!lines) {
    return lines;
  }
  if (seen->value_or(base::UnixNanos()) + kAliveFor > now) {
    lines->push_back({Level::kGreen, "jobs", "a runner is alive"});
  } else {
    lines->push_back({Level::kYellow, "jobs",
                      fmt::format("no runner is alive, the last word came {}; set jobs.enabled, or "
                                  "start `bulwark jobs run`",
                                  WallText(seen->value_or(base::UnixNanos())))});
  }
  return lines;
}

}  // namespace

DoctorLines CheckJobs(const config::Settings& settings, const DataPaths& paths,
                      base::UnixNanos now) {
  if (!std::filesystem::exists(paths.JobsFile())) {
    return {};
  }
  auto calendar = CalendarOf(settings);
  auto store = jobs::JobStore::Open(paths.JobsFile(), sql::Access::kReadOnly);
  if (!calendar || !store) {
    return {{Level::kRed, "jobs", calendar ? store.error().message : calendar.error().message}};
  }
  Facts facts{.jobs = MakeJobs(settings, paths, *calendar),
              .calendar = *calendar,
              .store = *std::move(store)};
  if (!facts.jobs) {
    return {{Level::kRed, "jobs", facts.jobs.error().message}};
  }
  auto lines = LinesOf(facts, now);
  return lines ? *lines : DoctorLines{{Level::kRed, "jobs", lines.error().message}};
}

}  // namespace bulwark::app

#include "job_set.h"

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "calendar/override_text.h"
#include "collect/backfill_job.h"
#include "config/settings.h"
#include "data_paths.h"
#include "job_work.h"
#include "jobs/function_job.h"
#include "jobs/job.h"
#include "jobs/plan.h"
#include "jobs/schedule.h"

namespace bulwark::app {
namespace {

using Work = base::Result<void> (*)(const JobPlace&, jobs::JobContext&);
using Check = base::Result<void> (*)(std::string_view arguments);

struct JobKind {
  const char* id;
  const char* name;
  std::string config::SchedulerSettings::* cron;  // Null: on demand only.
  const char* setting;
  jobs::Days days;
  base::Nanos overrun_after;
  Work work;
  Check check = nullptr;  // Null: it takes no arguments.
};

base::Result<void> CheckBackfill(std::string_view arguments) {
  const auto request = collect::ParseBackfillRequest(arguments);
  return request ? base::Result<void>() : tl::unexpected<base::Error>(request.error());
}

constexpr std::array kKinds{
    JobKind{"daily_bars", "Daily OHLCV Backfill", &config::SchedulerSettings::daily_bars_cron,
            "scheduler.daily_bars_cron", jobs::Days::kSessions, std::chrono::hours{2}, DoDailyBars},
    JobKind{"weekly_fundamentals", "Weekly Fundamentals Refresh",
            &config::SchedulerSettings::weekly_fundamentals_cron,
            "scheduler.weekly_fundamentals_cron", jobs::Days::kAll, std::chrono::hours{12},
            DoWeeklyFundamentals},
    JobKind{"altdata", "Biweekly Alt Data Fetch", &config::SchedulerSettings::altdata_cron,
            "scheduler.altdata_cron", jobs::Days::kAll, std::chrono::hours{4}, DoAltdata},
    JobKind{"backfill", "History Backfill", nullptr, "", jobs::Days::kAll, std::chrono::hours{48},
            DoBackfill, CheckBackfill}};

base::Result<jobs::JobSpec> SpecOf(const JobKind& kind, const config::Settings& settings) {
  jobs::JobSpec spec{.id = kind.id, .name = kind.name, .overrun_after = kind.overrun_after};
  if (kind.check != nullptr) {
    spec.check_arguments = kind.check;
  }
  if (kind.cron == nullptr) {
    return spec;
  }
  auto schedule = jobs::Schedule::Create(settings.scheduler.*kind.cron, kind.days);
  if (!schedule) {
    return base::FailWith(kind.setting, schedule.error());
  }
  spec.schedule = *std::move(schedule);
  return spec;
}

jobs::FunctionJob::Function WorkOf(const JobKind& kind, const JobPlace& place) {
  return [place, work = kind.work](jobs::JobContext& context) { return work(place, context); };
}

}  // namespace

base::Result<calendar::ExchangeCalendar> CalendarOf(const config::Settings& settings) {
  const auto overrides = calendar::ParseOverrides(settings.calendar.overrides);
  auto made = overrides ? calendar::ExchangeCalendar::Create(*overrides)
                        : tl::unexpected(overrides.error());
  return made ? made : base::FailWith("calendar.overrides", made.error());
}

base::Result<std::vector<std::unique_ptr<jobs::Job>>> MakeJobs(
    const config::Settings& settings, const DataPaths& paths,
    const calendar::ExchangeCalendar& calendar) {
  std::vector<std::unique_ptr<jobs::Job>> all;
  for (const JobKind& kind : kKinds) {
    auto spec = SpecOf(kind, settings);
    if (!spec) {
      return tl::unexpected<base::Error>(spec.error());
    }
    all.push_back(std::make_unique<jobs::FunctionJob>(
        *std::move(spec),
        WorkOf(kind, {.settings = settings, .paths = paths, .calendar = calendar})));
  }
  return all;
}

jobs::PlanPolicy PolicyOf(const config::Settings& settings) {
  return {.catch_up_max = settings.jobs.catch_up,
          .retry_delay = settings.jobs.retry_delay,
          .attempts_max = settings.jobs.attempts};
}

}  // namespace bulwark::app

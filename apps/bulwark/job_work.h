// The work of each job, with everything opened by the run itself: on its thread, and anew for each,
// so that a server that was away for one run is there for the next.
//
// Errors:  those of opening (no key, no Redis, no store) and of the job in src/collect.
// Threads: as jobs/job.h.
// Owner:   settings and calendar must outlive the call.

#pragma once

#include "base/result.h"
#include "calendar/exchange_calendar.h"
#include "config/settings.h"
#include "data_paths.h"
#include "jobs/job.h"

namespace bulwark::app {

struct JobPlace {
  const config::Settings& settings;
  DataPaths paths;
  const calendar::ExchangeCalendar& calendar;
};

base::Result<void> DoDailyBars(const JobPlace& place, jobs::JobContext& context);
base::Result<void> DoWeeklyFundamentals(const JobPlace& place, jobs::JobContext& context);
base::Result<void> DoAltdata(const JobPlace& place, jobs::JobContext& context);
base::Result<void> DoBackfill(const JobPlace& place, jobs::JobContext& context);

}  // namespace bulwark::app

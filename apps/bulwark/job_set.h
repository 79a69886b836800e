// Which jobs there are, on which plan, and the calendar they go by, as the settings say.
//
// Errors:  kInvalidArgument names the setting whose text cannot be read.
// Threads: any; the jobs as jobs/job.h. Each run opens what it needs anew, so that a server that
//          was away for one run is there for the next.

#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "calendar/exchange_calendar.h"
#include "config/settings.h"
#include "data_paths.h"
#include "jobs/job.h"
#include "jobs/plan.h"

namespace bulwark::app {

base::Result<calendar::ExchangeCalendar> CalendarOf(const config::Settings& settings);

// The jobs borrow `settings` and `calendar`.
base::Result<std::vector<std::unique_ptr<jobs::Job>>> MakeJobs(
    const config::Settings& settings, const DataPaths& paths,
    const calendar::ExchangeCalendar& calendar);

jobs::PlanPolicy PolicyOf(const config::Settings& settings);

}  // namespace bulwark::app

// What the store of the jobs says, as lines for people and as JSON.
//
// Shape:   JSON times are UTC; lines show New York's time, by which plans are read.
// Errors:  those of the store; a store that is not there yet is empty.
// Threads: one thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "jobs/job.h"
#include "jobs/job_store.h"

namespace bulwark::app {

using JobList = std::vector<std::unique_ptr<jobs::Job>>;

// "2026-11-20 17:00" in New York; "-" for the time 0.
std::string WallText(base::UnixNanos at);

nlohmann::ordered_json RunJson(const jobs::RunRow& run);
// The same with what was told of its items: [{"item", "message"}].
nlohmann::ordered_json RunJson(const jobs::RunRow& run, const std::vector<jobs::ItemError>& errors);

// {"running", "jobs": [{"id", "name", "next_run", "trigger", ...}]}; `store` may be null.
base::Result<nlohmann::ordered_json> StatusJson(jobs::JobStore* store, const JobList& jobs,
                                                const calendar::ExchangeCalendar& calendar,
                                                base::UnixNanos now);

// A fire time whose run did not end well, and what there was instead.
struct Gap {
  base::UnixNanos due_at;
  std::string found;  // "never ran", "partial", "failed", ...
};

// The fire times of `spec` from `from` to `now` without a run that is done. At most `limit`.
base::Result<std::vector<Gap>> FindGaps(jobs::JobStore* store, const jobs::JobSpec& spec,
                                        const calendar::ExchangeCalendar& calendar,
                                        base::UnixNanos from, base::UnixNanos now);

}  // namespace bulwark::app

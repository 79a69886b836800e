// Decides whether a job begins a run now, and why.
//
// Shape:   in this order: a run that was lost or interrupted is resumed; a person's request is
//          done; the newest fire time that passed is run, once, however many were missed before it;
//          a run that ended with failures is repeated a few times, unless the job cannot read its
//          arguments: it would fail for ever, or a person began it by hand. Such a run is not
//          resumed either. A paused job does only what
//          persons request. A fire time older than `catch_up_max` is given up.
// Units:   UTC nanoseconds.
// Errors:  none; pure.
// Threads: any.
// Source:  docs/jobs.md#after-downtime

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "jobs/job.h"
#include "jobs/schedule.h"

namespace bulwark::jobs {

enum class RunState : std::uint8_t {
  kRunning,
  kDone,
  kPartial,      // Ended, but items failed.
  kFailed,       // Could not go on.
  kLost,         // The lease ran out: process killed, frozen or hung.
  kInterrupted,  // Stopped in an orderly way before its end.
};

struct LastRun {
  RunState state = RunState::kDone;
  base::UnixNanos due_at;
  base::UnixNanos ended_at;  // Of a lost run: when its lease ran out.
  std::uint64_t items_done = 0;
  std::uint32_t attempt = 1;  // Runs for this due time since one was lost that had got on.
  std::string arguments;
};

struct WaitingRequest {
  std::int64_t id = 0;
  base::UnixNanos asked_at;
  std::string arguments;
};

// What the store knows of a job whose lease is free.
struct JobState {
  base::UnixNanos planned_through;  // Fire times up to here are dealt with.
  bool is_paused = false;
  std::optional<LastRun> last;
  std::optional<WaitingRequest> request;
};

struct PlanPolicy {
  base::Nanos on_time = std::chrono::minutes{5};       // Later than this is a catch-up.
  base::Nanos catch_up_max = std::chrono::days{7};     // Older fire times are given up.
  base::Nanos retry_delay = std::chrono::minutes{15};  // Doubles with each attempt.
  std::uint32_t attempts_max = 4;                      // Of a run that ends with failures.
};

struct Start {
  Trigger trigger = Trigger::kSchedule;
  base::UnixNanos due_at;
  std::string arguments;
  std::uint32_t attempt = 1;
  std::int64_t request_id = 0;  // 0: none.
};

struct Decision {
  std::optional<Start> start;
  base::UnixNanos planned_through;  // To be stored with the start, or alone.
  std::uint32_t missed = 0;         // Fire times that passed without a run of their own.
};

// Requires: nobody holds the job's lease.
Decision Decide(const JobState& state, const JobSpec& spec,
                const calendar::ExchangeCalendar& calendar, const PlanPolicy& policy,
                base::UnixNanos now);

// The newest fire time after `after` and not after `now`, and how many there were. Counts at most
// kCountedMax; looks back 400 days at most.
struct Passed {
  static constexpr std::uint32_t kCountedMax = 10'000;

  base::UnixNanos newest;
  std::uint32_t count = 0;
};

Passed FiresBetween(const Schedule& schedule, const calendar::ExchangeCalendar& calendar,
                    base::UnixNanos after, base::UnixNanos now);

}  // namespace bulwark::jobs

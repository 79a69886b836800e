#include "jobs/plan.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "jobs/job.h"
#include "jobs/schedule.h"

namespace bulwark::jobs {
namespace {

constexpr base::Nanos kLookBack = std::chrono::days{400};
// A run that is lost without having done anything may crash its process again.
constexpr base::Nanos kResumeDelay = std::chrono::seconds{2};
constexpr base::Nanos kResumeDelayMax = std::chrono::minutes{10};
constexpr std::uint32_t kDoublingsMax = 16;

// `first`, doubled for every attempt after the first.
base::Nanos Doubled(base::Nanos first, std::uint32_t attempt) {
  return first * (std::int64_t{1} << std::min(attempt - 1, kDoublingsMax));
}

bool IsToResume(RunState state) {
  return state == RunState::kRunning || state == RunState::kLost || state == RunState::kInterrupted;
}

std::optional<Start> Again(const LastRun& last, Trigger trigger, std::uint32_t attempt) {
  return Start{
      .trigger = trigger, .due_at = last.due_at, .arguments = last.arguments, .attempt = attempt};
}

// A process that dies now and then must not make a long job wait as if it were what kills it, nor
// take its repetitions away.
std::uint32_t AttemptAfterLoss(const LastRun& last) {
  if (last.items_done > 0) {
    return 1;
  }
  return last.state == RunState::kInterrupted ? last.attempt : last.attempt + 1;
}

std::optional<Start> Resume(const LastRun& last, base::UnixNanos now) {
  const bool is_at_once = last.items_done > 0 || last.state == RunState::kInterrupted;
  const base::Nanos delay =
      is_at_once ? base::Nanos(0) : std::min(Doubled(kResumeDelay, last.attempt), kResumeDelayMax);
  return now >= last.ended_at + delay ? Again(last, Trigger::kResume, AttemptAfterLoss(last))
                                      : std::nullopt;
}

std::optional<Start> Retry(const LastRun& last, const PlanPolicy& policy, base::UnixNanos now) {
  const bool has_failures = last.state == RunState::kPartial || last.state == RunState::kFailed;
  if (!has_failures || last.attempt >= policy.attempts_max ||
      now < last.ended_at + Doubled(policy.retry_delay, last.attempt)) {
    return std::nullopt;
  }
  return Again(last, Trigger::kRetry, last.attempt + 1);
}

}  // namespace

Passed FiresBetween(const Schedule& schedule, const calendar::ExchangeCalendar& calendar,
                    base::UnixNanos after, base::UnixNanos now) {
  Passed passed{.newest = after};
  auto at = schedule.NextAfter(std::max(after, now - kLookBack), calendar);
  while (at && *at <= now && passed.count < Passed::kCountedMax) {
    passed.newest = *at;
    ++passed.count;
    at = schedule.NextAfter(*at, calendar);
  }
  return passed;
}

Decision Decide(const JobState& state, const JobSpec& spec,
                const calendar::ExchangeCalendar& calendar, const PlanPolicy& policy,
                base::UnixNanos now) {
  Decision decision{.planned_through = state.planned_through};
  const std::optional<LastRun>& last = state.last;
  const bool is_ours = last && CheckArguments(spec, last->arguments).has_value();
  if (!state.is_paused && is_ours && IsToResume(last->state)) {
    // Nothing else before it: what it left open, it has first.
    decision.start = Resume(*last, now);
    return decision;
  }
  if (const std::optional<WaitingRequest>& request = state.request) {
    decision.start = Start{.trigger = Trigger::kDemand,
                           .due_at = request->asked_at,
                           .arguments = request->arguments,
                           .request_id = request->id};
    return decision;
  }
  if (state.is_paused) {
    return decision;
  }
  const Passed passed =
      spec.schedule ? FiresBetween(*spec.schedule, calendar, state.planned_through, now) : Passed{};
  if (passed.count == 0) {
    decision.start = is_ours ? Retry(*last, policy, now) : std::nullopt;
    return decision;
  }
  decision.planned_through = passed.newest;
  const base::Nanos late = now - passed.newest;
  const bool is_given_up = late > policy.catch_up_max;
  decision.missed = is_given_up ? passed.count : passed.count - 1;
  if (!is_given_up) {
    decision.start =
        Start{.trigger = late > policy.on_time ? Trigger::kCatchUp : Trigger::kSchedule,
              .due_at = passed.newest};
  }
  return decision;
}

}  // namespace bulwark::jobs

#include "jobs/runner.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "jobs/job.h"
#include "jobs/job_store.h"
#include "jobs/plan.h"

namespace bulwark::jobs {
namespace {

// Parts of a lease: renewed after one, given up locally before the store would give it away.
constexpr int kRenewalsPerLease = 4;
constexpr base::Nanos kAliveEvery = std::chrono::seconds{10};
constexpr base::Nanos kStopPoll = std::chrono::milliseconds{20};

bool IsPartial(const RunCounts& counts) {
  return counts.items_failed > 0;
}

RunEnd EndOf(const JobContext& context, const base::Result<void>& result) {
  RunEnd end{.counts = context.Counts(), .errors = context.Errors()};
  const bool is_conflict = !result && result.error().code == base::ErrorCode::kConflict;
  if (context.stop_cause() == StopCause::kLeaseLost || is_conflict) {
    end.state = RunState::kLost;
  } else if (context.stop_cause() == StopCause::kAsked) {
    end.state = RunState::kInterrupted;
  } else if (!result) {
    end.state = RunState::kFailed;
  } else {
    end.state = IsPartial(end.counts) ? RunState::kPartial : RunState::kDone;
  }
  end.message = result ? "" : result.error().message;
  return end;
}

std::string Minutes(base::Nanos span) {
  return fmt::format("{} min", std::chrono::duration_cast<std::chrono::minutes>(span).count());
}

}  // namespace

// A run with its thread. The thread touches the context and the two members that say it is over.
class Runner::Active {
 public:
  Active(Job& job, const RunRequest& request, std::uint32_t attempt, const base::Clock& clock)
      : job_(job), attempt_(attempt), context_(request, clock) {}
  ~Active() { Join(); }
  Active(const Active&) = delete;
  Active& operator=(const Active&) = delete;
  Active(Active&&) = delete;
  Active& operator=(Active&&) = delete;

  void Begin() {
    thread_ = std::thread([this] { Run(); });
  }
  void Join() {
    if (thread_.joinable()) {
      thread_.join();
    }
  }

  [[nodiscard]] Job& job() { return job_; }
  [[nodiscard]] JobContext& context() { return context_; }
  [[nodiscard]] bool is_over() const { return is_over_; }
  [[nodiscard]] std::uint32_t attempt() const { return attempt_; }
  // Requires: is_over().
  [[nodiscard]] const base::Result<void>& result() const { return result_; }

  bool is_overrun_told = false;

 private:
  void Run() {
    try {
      result_ = job_.Run(context_);
    } catch (const std::exception& error) {
      base::LogError("job_threw").With("job", job_.spec().id).With("reason", error.what());
      std::abort();
    }
    is_over_ = true;
  }

  Job& job_;
  std::uint32_t attempt_;
  JobContext context_;
  base::Result<void> result_;
  std::atomic<bool> is_over_ = false;
  std::thread thread_;  // Last: it uses all of the above.
};

Runner::Runner(JobStore& store, std::vector<Job*> jobs, const calendar::ExchangeCalendar& calendar,
               const base::Clock& clock, RunnerOptions options)
    : store_(store),
      jobs_(std::move(jobs)),
      calendar_(calendar),
      clock_(clock),
      options_(std::move(options)) {}

Runner::~Runner() {
  Stop();
}

base::Result<int> Runner::DoWork() {
  if (auto ready = Register(); !ready) {
    return tl::unexpected(ready.error());
  }
  if (auto renewed = RenewAll(); !renewed) {
    return tl::unexpected(renewed.error());
  }
  auto ended = EndRuns();
  if (!ended) {
    return ended;
  }
  if (auto alive = ReportAlive(); !alive) {
    return tl::unexpected(alive.error());
  }
  const auto started = StartDue();
  return started ? base::Result<int>(*ended + *started) : started;
}

base::Result<void> Runner::Register() {
  for (std::size_t at = 0; !is_registered_ && at < jobs_.size(); ++at) {
    if (auto done = store_.Register(jobs_[at]->spec().id, clock_.WallNow()); !done) {
      return done;
    }
  }
  is_registered_ = true;
  return {};
}

void Runner::Stop() {
  for (const auto& active : active_) {
    active->context().Stop(StopCause::kAsked);
  }
  while (!active_.empty()) {
    const auto renewed = RenewAll();
    auto ended = EndRuns();
    if (!renewed || !ended) {
      // The store is away: the runs end, and the next runner finds their leases run out.
      base::LogWarn("jobs_end_not_stored")
          .With("reason", (renewed ? ended.error() : renewed.error()));
      active_.clear();
    } else if (!active_.empty()) {
      clock_.Pause(kStopPoll);
    }
  }
}

base::Result<int> Runner::EndRuns() {
  int ended = 0;
  for (std::size_t at = 0; at < active_.size();) {
    Active& active = *active_[at];
    NoteOverrun(active);
    if (!active.is_over()) {
      ++at;
      continue;
    }
    active.Join();
    if (auto stored = End(active); !stored) {
      return tl::unexpected(stored.error());
    }
    active_.erase(active_.begin() + static_cast<std::ptrdiff_t>(at));
    ++ended;
  }
  return ended;
}

base::Result<void> Runner::End(Active& active) {
  const RunRequest& request = active.context().request();
  const RunEnd end = EndOf(active.context(), active.result());
  const auto is_ours = store_.Finish(request, end, clock_.WallNow());
  if (!is_ours) {
    return tl::unexpected(is_ours.error());
  }
  base::LogInfo("job_run_ended")
      .With("job", request.fence.job)
      .With("run", request.run_id)
      .With("state", Name(*is_ours ? end.state : RunState::kLost))
      .With("done", end.counts.items_done)
      .With("skipped", end.counts.items_skipped)
      .With("failed", end.counts.items_failed)
      .With("rows", end.counts.rows)
      .With("reason", end.message);
  const bool has_failed = end.state == RunState::kPartial || end.state == RunState::kFailed;
  const bool is_last = active.attempt() >= options_.policy.attempts_max ||
                       !CheckArguments(active.job().spec(), request.arguments);
  if (*is_ours && has_failed && is_last) {
    options_.on_alert({AlertKind::kFailed, request.fence.job,
                       fmt::format("{} items failed in attempt {}; {}", end.counts.items_failed,
                                   active.attempt(), end.message)});
  }
  return {};
}

base::Result<void> Runner::RenewAll() {
  const base::Nanos now = clock_.MonotonicNow();
  if (active_.empty() || now - renewed_at_ < options_.lease / kRenewalsPerLease) {
    return {};
  }
  for (const auto& active : active_) {
    JobContext& context = active->context();
    const auto held =
        store_.Renew(context.request(), {.counts = context.Counts(), .errors = context.Errors()},
                     clock_.WallNow() + options_.lease);
    if (!held) {
      return tl::unexpected(held.error());
    }
    if (*held) {
      context.HoldUntil(now + options_.lease);
    } else {
      context.Stop(StopCause::kLeaseLost);
    }
  }
  renewed_at_ = now;
  return {};
}

base::Result<int> Runner::StartDue() {
  int started = 0;
  for (Job* job : jobs_) {
    if (active_.size() >= options_.parallel || IsActive(*job)) {
      continue;
    }
    const auto is_started = StartOne(*job);
    if (!is_started) {
      return tl::unexpected(is_started.error());
    }
    started += *is_started ? 1 : 0;
  }
  return started;
}

base::Result<bool> Runner::StartOne(Job& job) {
  const JobSpec& spec = job.spec();
  const base::Nanos begun = clock_.MonotonicNow();
  const base::UnixNanos now = clock_.WallNow();
  std::uint32_t attempt = 1;
  const auto taken = store_.TryStart(
      spec.id, {.owner = options_.owner, .lease = options_.lease}, now, [&](const JobState& state) {
        Decision decision = Decide(state, spec, calendar_, options_.policy, now);
        attempt = decision.start ? decision.start->attempt : attempt;
        return decision;
      });
  if (!taken) {
    return tl::unexpected(taken.error());
  }
  NoteMissed(spec, taken->missed);
  const std::optional<RunRequest>& run = taken->run;
  if (!run) {
    return false;
  }
  base::LogInfo("job_run_started")
      .With("job", spec.id)
      .With("run", run->run_id)
      .With("token", run->fence.token)
      .With("trigger", Name(run->trigger))
      .With("attempt", attempt);
  active_.push_back(std::make_unique<Active>(job, *run, attempt, clock_));
  active_.back()->context().HoldUntil(begun + options_.lease);
  active_.back()->Begin();
  return true;
}

base::Result<void> Runner::ReportAlive() {
  const base::Nanos now = clock_.MonotonicNow();
  if (alive_at_ != base::Nanos() && now - alive_at_ < kAliveEvery) {
    return {};
  }
  alive_at_ = now;
  if (auto reported = store_.ReportAlive(options_.owner, clock_.WallNow()); !reported) {
    return reported;
  }
  return NoteNotRun();
}

void Runner::NoteOverrun(Active& active) {
  const JobSpec& spec = active.job().spec();
  const base::Nanos span = clock_.WallNow() - active.context().request().started_at;
  if (active.is_overrun_told || spec.overrun_after == base::Nanos() || span < spec.overrun_after) {
    return;
  }
  active.is_overrun_told = true;
  options_.on_alert({AlertKind::kOverrun, spec.id,
                     fmt::format("run {} has been running for {}",
                                 active.context().request().run_id, Minutes(span))});
}

void Runner::NoteMissed(const JobSpec& spec, std::uint32_t missed) const {
  if (missed > 0) {
    options_.on_alert(
        {AlertKind::kMissed, spec.id, fmt::format("{} planned runs did not take place", missed)});
  }
}

base::Result<void> Runner::NoteNotRun() {
  const auto rows = store_.Jobs();
  if (!rows) {
    return tl::unexpected(rows.error());
  }
  const base::UnixNanos now = clock_.WallNow();
  for (Job* job : jobs_) {
    const JobSpec& spec = job->spec();
    const auto row = std::ranges::find(*rows, spec.id, &JobRow::id);
    if (row == rows->end() || row->is_paused || !spec.schedule) {
      continue;
    }
    const Passed passed = FiresBetween(*spec.schedule, calendar_, row->planned_through, now);
    base::UnixNanos& told = told_[spec.id];
    if (passed.count == 0 || now - passed.newest < options_.not_run_after ||
        told == passed.newest) {
      continue;
    }
    told = passed.newest;
    options_.on_alert({AlertKind::kNotRun, spec.id,
                       fmt::format("was due {} ago and has not begun", Minutes(now - told))});
  }
  return {};
}

bool Runner::IsActive(const Job& job) const {
  return std::ranges::any_of(active_, [&](const auto& active) { return &active->job() == &job; });
}

}  // namespace bulwark::jobs

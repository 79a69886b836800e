#include "hand_run.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "data_paths.h"
#include "jobs/job.h"
#include "jobs/job_store.h"
#include "jobs/plan.h"
#include "sql/connection.h"

namespace bulwark::app {
namespace {

using base::ErrorCode;

constexpr int kRenewalsPerLease = 4;
constexpr base::Nanos kLook = std::chrono::milliseconds{100};
constexpr base::Nanos kSlack = std::chrono::seconds{1};

// None that a job reads; see hand_run.h.
std::string ArgumentsOf(const std::string& words) {
  return nlohmann::json{{"by_hand", words}}.dump(-1, ' ', false,
                                                 nlohmann::json::error_handler_t::replace);
}

bool IsOpen(jobs::RunState state) {
  return state == jobs::RunState::kRunning || state == jobs::RunState::kLost ||
         state == jobs::RunState::kInterrupted;
}

}  // namespace

base::Result<bool> HandRun::Take() {
  const base::UnixNanos now = base::WallNow();
  const base::Nanos begun = base::MonotonicNow();
  std::optional<jobs::LastRun> before;
  const auto taken =
      store_->TryStart(options_.spec.id,
                       {.owner = fmt::format("{}-{}", ::getpid(), now.time_since_epoch().count()),
                        .lease = options_.lease},
                       now, [&](const jobs::JobState& state) {
                         before = state.last;
                         jobs::Decision decision{.planned_through = state.planned_through};
                         decision.start = jobs::Start{.trigger = jobs::Trigger::kDemand,
                                                      .due_at = now,
                                                      .arguments = ArgumentsOf(options_.words)};
                         return decision;
                       });
  if (!taken) {
    return tl::unexpected<base::Error>(taken.error());
  }
  const auto& run = taken->run;
  if (!run) {
    return false;
  }
  context_ = std::make_unique<jobs::JobContext>(*run, base::SystemClock());
  context_->HoldUntil(begun + options_.lease);
  const bool is_owed =
      before && IsOpen(before->state) && jobs::CheckArguments(options_.spec, before->arguments);
  const auto asked = is_owed ? store_->Request(options_.spec.id, before->arguments, "hand_run", now)
                             : base::Result<std::int64_t>(0);
  return asked ? base::Result<bool>(true) : tl::unexpected<base::Error>(asked.error());
}

base::Result<std::unique_ptr<HandRun>> HandRun::Begin(const DataPaths& paths,
                                                      HandRunOptions options) {
  auto store = jobs::JobStore::Open(paths.JobsFile(), sql::Access::kReadWrite);
  if (!store) {
    return tl::unexpected<base::Error>(store.error());
  }
  if (auto known = (*store)->Register(options.spec.id, base::WallNow()); !known) {
    return tl::unexpected<base::Error>(known.error());
  }
  std::unique_ptr<HandRun> run(new HandRun(*std::move(store), std::move(options)));
  const base::Nanos deadline = base::MonotonicNow() + run->options_.lease + kSlack;
  for (bool is_told = false;;) {
    const auto is_taken = run->Take();
    if (!is_taken) {
      return tl::unexpected<base::Error>(is_taken.error());
    }
    if (*is_taken) {
      return run;
    }
    if (run->options_.is_stopped() || base::MonotonicNow() >= deadline) {
      return base::Fail(
          ErrorCode::kConflict,
          run->options_.spec.id + " is running already; `bulwark jobs status` shows it");
    }
    if (!std::exchange(is_told, true)) {
      fmt::print(stderr, "{} is running or was killed a moment ago; waiting for its lease\n",
                 run->options_.spec.id);
    }
    base::SystemClock().Pause(kLook);
  }
}

bool HandRun::ShouldStop() {
  const base::Nanos now = base::MonotonicNow();
  if (now >= renew_at_) {
    renew_at_ = now + options_.lease / kRenewalsPerLease;
    const auto held = store_->Renew(context_->request(),
                                    {.counts = context_->Counts(), .errors = context_->Errors()},
                                    base::WallNow() + options_.lease);
    if (held && *held) {
      context_->HoldUntil(now + options_.lease);
    } else if (held) {
      context_->Stop(jobs::StopCause::kLeaseLost);
    } else {
      base::LogWarn("lease_not_renewed").With("reason", held.error().message);
    }
  }
  return options_.is_stopped() || context_->ShouldStop();
}

base::Result<void> HandRun::End(const std::string& why) {
  jobs::RunEnd end{.counts = context_->Counts(), .errors = context_->Errors(), .message = why};
  if (!why.empty()) {
    end.state = jobs::RunState::kFailed;
  } else if (end.counts.items_failed > 0) {
    end.state = jobs::RunState::kPartial;
  }
  const auto is_ours = store_->Finish(context_->request(), end, base::WallNow());
  return is_ours ? base::Result<void>() : tl::unexpected<base::Error>(is_ours.error());
}

}  // namespace bulwark::app

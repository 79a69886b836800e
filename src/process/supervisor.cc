#include "process/supervisor.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

#include <time.h>

#include "base/ensure.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "process/child.h"
#include "process/restart_schedule.h"

namespace bulwark::process {

Supervisor::Supervisor(std::vector<ChildSpec> specs, const RestartPolicy& policy) {
  entries_.reserve(specs.size());
  for (ChildSpec& spec : specs) {
    entries_.push_back(
        Entry{.spec = std::move(spec), .schedule = RestartSchedule(policy), .child = std::nullopt});
  }
}

Supervisor::~Supervisor() {
  Stop();
}

base::Result<void> Supervisor::Start(const std::function<bool()>& is_cancelled) {
  for (Entry& entry : entries_) {
    auto started = Launch(entry);
    if (started) {
      started = WaitReady(entry, is_cancelled);
    }
    if (!started) {
      Stop();
      return base::FailWith(entry.spec.name, started.error());
    }
  }
  return {};
}

int Supervisor::DoWork() {
  if (is_stopped_) {
    return 0;
  }
  int work = 0;
  for (Entry& entry : entries_) {
    work += Reap(entry);
    if (given_up_) {
      break;
    }
    if (entry.child || entry.is_done || base::MonotonicNow() < entry.next_start_at) {
      continue;
    }
    ++work;
    if (const auto launched = Launch(entry); !launched) {
      PlanRestart(entry, base::MonotonicNow(), launched.error().message);
    }
  }
  return work;
}

void Supervisor::Stop() {
  if (std::exchange(is_stopped_, true)) {
    return;
  }
  for (Entry& entry : entries_ | std::views::reverse) {
    if (entry.child) {
      const Exit exit = entry.child->Stop(entry.spec.stop_grace);
      base::LogInfo("child_stopped").With("child", entry.spec.name).With("end", exit.ToString());
      entry.child.reset();
    }
  }
}

bool Supervisor::is_done(const std::string& name) const {
  return Find(name).is_done;
}

std::optional<pid_t> Supervisor::pid(const std::string& name) const {
  const Entry& entry = Find(name);
  return entry.child ? std::optional(entry.child->pid()) : std::nullopt;
}

int Supervisor::restarts(const std::string& name) const {
  return std::max(0, Find(name).starts - 1);
}

base::Result<void> Supervisor::Launch(Entry& entry) {
  const auto command = entry.spec.command();
  if (!command) {
    return tl::unexpected(command.error());
  }
  auto child = Child::Spawn(*command);
  if (!child) {
    return tl::unexpected(child.error());
  }
  entry.child = std::move(*child);
  entry.started_at = base::MonotonicNow();
  ++entry.starts;
  base::LogInfo("child_started").With("child", entry.spec.name).With("pid", entry.child->pid());
  return {};
}

base::Result<void> Supervisor::WaitReady(Entry& entry, const std::function<bool()>& is_cancelled) {
  constexpr base::Nanos kStep = std::chrono::milliseconds{5};
  const base::Nanos deadline = entry.started_at + entry.spec.ready_timeout;
  ENSURE(entry.child.has_value());
  Child& child = *entry.child;
  while (entry.spec.is_ready && !entry.spec.is_ready()) {
    if (is_cancelled && is_cancelled()) {
      return base::Fail(base::ErrorCode::kUnavailable, "stopped while starting");
    }
    if (const auto exit = child.WaitFor(kStep)) {
      entry.child.reset();
      return base::Fail(base::ErrorCode::kUnavailable,
                        "ended with " + exit->ToString() + " before it was ready");
    }
    if (base::MonotonicNow() >= deadline) {
      const auto ms =
          std::chrono::duration_cast<std::chrono::milliseconds>(entry.spec.ready_timeout);
      return base::Fail(base::ErrorCode::kUnavailable,
                        "was not ready within " + std::to_string(ms.count()) + " ms");
    }
  }
  return {};
}

int Supervisor::Reap(Entry& entry) {
  const auto exit = entry.child ? entry.child->TryWait() : std::nullopt;
  if (!exit) {
    return 0;
  }
  entry.child.reset();
  if (exit->is_clean() && !entry.spec.is_restarted_after_clean_exit) {
    entry.is_done = true;
    base::LogInfo("child_done").With("child", entry.spec.name);
    return 1;
  }
  PlanRestart(entry, entry.started_at, "ended with " + exit->ToString());
  return 1;
}

void Supervisor::PlanRestart(Entry& entry, base::Nanos started_at, const std::string& reason) {
  const base::Nanos now = base::MonotonicNow();
  const auto next = entry.schedule.OnExit(started_at, now);
  if (!next) {
    given_up_ =
        base::Error{base::ErrorCode::kUnavailable,
                    entry.spec.name + ": " + reason + ", " +
                        std::to_string(entry.schedule.failures_in_a_row()) + " times in a row"};
    base::LogError("child_given_up").With("child", entry.spec.name).With("reason", reason);
    return;
  }
  entry.next_start_at = *next;
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(*next - now);
  base::LogWarn("child_failed")
      .With("child", entry.spec.name)
      .With("reason", reason)
      .With("restart_in_ms", ms.count());
}

const Supervisor::Entry& Supervisor::Find(const std::string& name) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&name](const Entry& entry) { return entry.spec.name == name; });
  ENSURE(found != entries_.end());
  return *found;
}

}  // namespace bulwark::process

// Keeps a few named processes running, in an order, until it is told to stop.
//
// Shape:   Start() starts them first to last, each one ready before the next. DoWork() notices
//          those that ended and starts them again by RestartSchedule. Stop() stops them last to
//          first. One that failed too often ends the supervision: has_given_up(), and the owner
//          stops all.
// Errors:  Start() fails with the process' name and how it ended or that it was not ready in time,
//          and then has stopped the others.
// Threads: one thread, which must live as long as the children (process/child.h). Start() and
//          Stop() block, DoWork() does not. Nothing here is called from a signal handler: let that
//          set a flag.
// Owner:   owns the children; the destructor stops them.

#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/result.h"
#include "base/time.h"
#include "process/child.h"
#include "process/restart_schedule.h"

namespace bulwark::process {

struct ChildSpec {
  std::string name;
  // Made anew for each start. A start after a failure may differ (another epoch, another port).
  std::function<base::Result<Command>()> command;
  // Answers whether it is ready for the next one to start; empty: as soon as it runs. Must not
  // block for long. Not asked again after a restart.
  std::function<bool()> is_ready;
  base::Nanos ready_timeout = std::chrono::seconds{10};
  base::Nanos stop_grace = std::chrono::seconds{10};
  bool is_restarted_after_clean_exit = true;  // When false, exit code 0 is the end of this child.
};

class Supervisor {
 public:
  Supervisor(std::vector<ChildSpec> specs, const RestartPolicy& policy);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;
  Supervisor(Supervisor&&) = delete;
  Supervisor& operator=(Supervisor&&) = delete;

  // `is_cancelled` is asked while it waits (a signal came); true makes Start() fail.
  base::Result<void> Start(const std::function<bool()>& is_cancelled = nullptr);

  // Reaps and restarts what is due; answers how much it did.
  int DoWork();

  // Idempotent. Nothing is restarted afterwards.
  void Stop();

  // The error of the child that is not started any more.
  [[nodiscard]] const std::optional<base::Error>& has_given_up() const { return given_up_; }
  // True when the child `name` ended cleanly and for good.
  [[nodiscard]] bool is_done(const std::string& name) const;
  // Its process, while it runs.
  [[nodiscard]] std::optional<pid_t> pid(const std::string& name) const;
  // Starts after the first one.
  [[nodiscard]] int restarts(const std::string& name) const;

 private:
  struct Entry {
    ChildSpec spec;
    RestartSchedule schedule;
    std::optional<Child> child;
    base::Nanos started_at{};
    base::Nanos next_start_at{};
    int starts = 0;
    bool is_done = false;
  };

  base::Result<void> Launch(Entry& entry);
  static base::Result<void> WaitReady(Entry& entry, const std::function<bool()>& is_cancelled);
  int Reap(Entry& entry);
  void PlanRestart(Entry& entry, base::Nanos started_at, const std::string& reason);
  [[nodiscard]] const Entry& Find(const std::string& name) const;

  std::vector<Entry> entries_;
  std::optional<base::Error> given_up_;
  bool is_stopped_ = false;
};

}  // namespace bulwark::process

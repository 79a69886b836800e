// Waits for SIGINT, SIGTERM or the end of `--for`, whichever is first.
//
// Shape:   the two signals are blocked in the thread that makes the object and in all it starts
//          later, and read from a signalfd: no handler, nothing asynchronous.
// Errors:  the constructor stops the process when the kernel refuses a signalfd (no descriptors
//          left).
// Threads: make one, first thing in the main thread, before any other thread. WaitFor() and
//          IsRequested() belong to that thread. A child process inherits blocked signals: call
//          UnblockInChild() between fork() and exec().

#pragma once

#include <optional>

#include "base/time.h"

namespace bulwark::app {

class StopSignal {
 public:
  // `run_for` counts from now; empty means until a signal comes.
  explicit StopSignal(std::optional<base::Nanos> run_for = std::nullopt);
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  StopSignal(StopSignal&&) = delete;
  StopSignal& operator=(StopSignal&&) = delete;

  // Blocks for at most `span`; answers whether it is time to stop. Once true, always true and at
  // once.
  bool WaitFor(base::Nanos span);
  // Blocks until it is time to stop.
  void Wait();
  bool IsRequested() { return WaitFor(base::Nanos::zero()); }

  // The signal that came, or 0.
  [[nodiscard]] int signal() const { return signal_; }
  // Readable when a signal is pending; for callers with an event loop of their own, who then
  // WaitFor(0).
  [[nodiscard]] int fd() const { return fd_; }

  // Async-signal-safe.
  static void UnblockInChild();

 private:
  int fd_ = -1;
  std::optional<base::Nanos> ends_at_;  // Monotonic.
  int signal_ = 0;
  bool is_requested_ = false;
};

}  // namespace bulwark::app

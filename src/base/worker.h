// Something that repeats one unit of work until it is stopped: a thread (base/agent.h) or, in the
// simulator, a turn among others.
//
// Threads: its owner calls Stop(), which returns when no work runs any more. Idempotent.
// Owner:   what the work refers to must outlive the worker.

#pragma once

namespace bulwark::base {

class Worker {
 public:
  Worker() = default;
  virtual ~Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  Worker(Worker&&) = delete;
  Worker& operator=(Worker&&) = delete;

  virtual void Stop() = 0;
};

}  // namespace bulwark::base

// A thread that repeats one unit of work until it is told to stop.
//
// Shape:   work() does a bounded amount and answers how much it did; after cycles without work the
//          thread yields and then parks for `idle`. Stop() joins.
// Errors:  an exception that reaches the top of the thread is logged and aborts the process: a
//          library broke its promise, and restart is recovery.
// Threads: the constructor starts the thread; Stop() and the destructor may be called by the owner
//          only.
// Owner:   what `work` refers to must outlive the agent.

#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "base/time.h"
#include "base/worker.h"

namespace bulwark::base {

class Agent final : public Worker {
 public:
  Agent(std::string name, Nanos idle, std::function<int()> work);
  ~Agent() override;
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;
  Agent(Agent&&) = delete;
  Agent& operator=(Agent&&) = delete;

  // Lets the current work() end, then joins. Idempotent.
  void Stop() override;

 private:
  void Run();

  std::string name_;
  Nanos idle_;
  std::function<int()> work_;
  std::atomic<bool> is_stopping_ = false;
  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace bulwark::base

// A thread that repeats one unit of work until it is told to stop.
//
// Shape:   work() does a bounded amount and answers how much it did; after a turn without work the
//          thread sleeps until its bell rings, or for `nap`, which doubles up to `nap_max` while
//          there is nothing to do. Whoever hands it work rings; naps are for work that comes
//          without (a clock, a socket). Stop() joins.
// Errors:  an exception that reaches the top of the thread is logged and aborts the process: a
//          library broke its promise, and restart is recovery.
// Threads: the constructor starts the thread; Stop() and the destructor may be called by the owner
//          only.
// Owner:   the bell and what `work` refers to must outlive the agent.

#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "base/bell.h"
#include "base/time.h"
#include "base/worker.h"

namespace bulwark::base {

struct AgentPace {
  Bell* bell = nullptr;  // None: nobody but Stop() wakes it.
  Nanos nap{};
  Nanos nap_max{};
};

class Agent final : public Worker {
 public:
  Agent(std::string name, const AgentPace& pace, std::function<int()> work);
  // For a thread that nobody hands anything.
  Agent(std::string name, Nanos nap, std::function<int()> work)
      : Agent(std::move(name), AgentPace{.nap = nap, .nap_max = nap}, std::move(work)) {}
  ~Agent() override;
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;
  Agent(Agent&&) = delete;
  Agent& operator=(Agent&&) = delete;

  // Lets the current work() end, then joins. Idempotent.
  void Stop() override;

 private:
  void Run();
  void Loop();

  std::string name_;
  Bell own_bell_;
  Bell& bell_;
  AgentPace pace_;
  std::function<int()> work_;
  std::atomic<bool> is_stopping_ = false;
  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace bulwark::base

#include "base/agent.h"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "base/log.h"
#include "base/time.h"

namespace bulwark::base {

Agent::Agent(std::string name, const AgentPace& pace, std::function<int()> work)
    : name_(std::move(name)),
      bell_(pace.bell != nullptr ? *pace.bell : own_bell_),
      pace_(pace),
      work_(std::move(work)),
      thread_([this] { Run(); }) {}

Agent::~Agent() {
  Stop();
}

void Agent::Stop() {
  is_stopping_ = true;
  bell_.Ring();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Agent::Loop() {
  Nanos nap = pace_.nap;
  while (!is_stopping_) {
    if (work_() > 0) {
      nap = pace_.nap;
    } else {
      // No spinning before: with two cores it takes time from those who have work.
      bell_.Wait(nap);
      nap = std::min(2 * nap, pace_.nap_max);
    }
  }
}

void Agent::Run() {
  NameThread(name_);
  try {
    Loop();
  } catch (const std::exception& caught) {
    LogError("thread_died").With("agent", name_).With("error", caught.what());
    std::abort();
  }
}

}  // namespace bulwark::base

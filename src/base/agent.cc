#include "base/agent.h"

#include <cstdlib>
#include <exception>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "base/log.h"
#include "base/time.h"

namespace bulwark::base {

Agent::Agent(std::string name, Nanos idle, std::function<int()> work)
    : name_(std::move(name)), idle_(idle), work_(std::move(work)), thread_([this] { Run(); }) {}

Agent::~Agent() {
  Stop();
}

void Agent::Stop() {
  is_stopping_ = true;
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Agent::Run() {
  constexpr int kSpinsBeforePark = 50;
  NameThread(name_);
  try {
    int idle_cycles = 0;
    while (!is_stopping_) {
      if (work_() > 0) {
        idle_cycles = 0;
      } else if (++idle_cycles <= kSpinsBeforePark) {
        std::this_thread::yield();
      } else {
        std::this_thread::sleep_for(idle_);
      }
    }
  } catch (const std::exception& caught) {
    LogError("thread_died").With("agent", name_).With("error", caught.what());
    std::abort();
  }
}

}  // namespace bulwark::base

#include "stop_signal.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <ctime>
#include <optional>

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/time.h"

namespace bulwark::app {
namespace {

sigset_t StopSignals() {
  sigset_t set{};
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

timespec ToTimespec(base::Nanos span) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(span);
  return {.tv_sec = seconds.count(), .tv_nsec = (span - seconds).count()};
}

}  // namespace

StopSignal::StopSignal(std::optional<base::Nanos> run_for) {
  const sigset_t set = StopSignals();
  ENSURE(pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
  fd_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  ENSURE(fd_ >= 0);
  if (run_for) {
    ends_at_ = base::MonotonicNow() + *run_for;
  }
}

StopSignal::~StopSignal() {
  close(fd_);
}

bool StopSignal::WaitFor(base::Nanos span) {
  const base::Nanos until = base::MonotonicNow() + span;
  // A signal handler of a library may interrupt the wait; the loop ends at `until` at the latest.
  while (!is_requested_) {
    const base::Nanos now = base::MonotonicNow();
    const base::Nanos end = ends_at_ ? std::min(until, *ends_at_) : until;
    const timespec left = ToTimespec(std::max(end - now, base::Nanos::zero()));
    pollfd watched{.fd = fd_, .events = POLLIN, .revents = 0};
    signalfd_siginfo info{};
    if (ppoll(&watched, 1, &left, nullptr) > 0 && read(fd_, &info, sizeof info) == sizeof info) {
      signal_ = static_cast<int>(info.ssi_signo);
      is_requested_ = true;
    } else if (ends_at_ && base::MonotonicNow() >= *ends_at_) {
      is_requested_ = true;
    } else if (base::MonotonicNow() >= until) {
      break;
    }
  }
  return is_requested_;
}

void StopSignal::Wait() {
  while (!WaitFor(std::chrono::hours{1})) {
  }
}

void StopSignal::UnblockInChild() {
  const sigset_t set = StopSignals();
  // The result is not needed: the arguments are right, and a child has nobody to tell.
  static_cast<void>(pthread_sigmask(SIG_UNBLOCK, &set, nullptr));
}

}  // namespace bulwark::app

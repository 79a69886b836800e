// Wakes one thread that waits for work.
//
// Shape:   Ring() comes after the work was handed over. Wait() returns when it rang since the last
//          Wait() returned, so that no ring is lost; or after `limit`. Ringing a thread that is
//          awake is one atomic exchange, waking it one system call.
// Threads: any may ring, one may wait. Nobody waits for a thread that rings.

#pragma once

#include <atomic>
#include <cstdint>

#include "base/time.h"

namespace bulwark::base {

class Bell {
 public:
  void Ring();
  void Wait(Nanos limit);

 private:
  // A futex of the kernel, as std::atomic::wait() is, which knows no limit.
  std::atomic<std::uint32_t> state_ = 0;
};

}  // namespace bulwark::base

#include "base/bell.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/time.h"

namespace bulwark::base {
namespace {

constexpr std::uint32_t kQuiet = 0;
constexpr std::uint32_t kRung = 1;
constexpr std::uint32_t kAsleep = 2;

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));

}  // namespace

void Bell::Ring() {
  if (state_.exchange(kRung) == kAsleep) {
    syscall(SYS_futex, &state_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
}

void Bell::Wait(Nanos limit) {
  std::uint32_t expected = kQuiet;
  if (state_.compare_exchange_strong(expected, kAsleep)) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
    const timespec span{.tv_sec = seconds.count(), .tv_nsec = (limit - seconds).count()};
    // It returns at once when the bell rang meanwhile; whatever else ends it early does no harm.
    syscall(SYS_futex, &state_, FUTEX_WAIT_PRIVATE, kAsleep, &span, nullptr, 0);
  }
  // What was handed over before a ring that this forgets is seen by what the thread does next.
  state_.exchange(kQuiet);
}

}  // namespace bulwark::base

#include "base/scheduling.h"

#include <cstdint>

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace bulwark::base {
namespace {

constexpr int kGivingWay = 10;
// A turn that is over before the others' three milliseconds are: Linux 6.12 and later wake the
// thread with the earlier end first.
constexpr std::uint64_t kShortTurnNs = 200'000;

// The kernel's struct sched_attr in its first size; the C library has none.
struct SchedulingWish {
  std::uint32_t size = 48;
  std::uint32_t policy = SCHED_OTHER;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = 0;
  std::uint64_t deadline = 0;
  std::uint64_t period = 0;
};
static_assert(sizeof(SchedulingWish) == 48);

}  // namespace

void GiveWay() {
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kGivingWay);
}

void PreferShortTurns() {
  SchedulingWish wish;
  wish.nice = getpriority(PRIO_PROCESS, static_cast<id_t>(gettid()));
  wish.runtime = kShortTurnNs;
  (void)syscall(SYS_sched_setattr, 0, &wish, 0U);
}

}  // namespace bulwark::base

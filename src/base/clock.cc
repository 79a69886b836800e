#include "base/clock.h"

#include <thread>

#include "base/time.h"

namespace bulwark::base {
namespace {

class MachineClock final : public Clock {
 public:
  [[nodiscard]] UnixNanos WallNow() const override { return base::WallNow(); }
  [[nodiscard]] Nanos MonotonicNow() const override { return base::MonotonicNow(); }
  void Pause(Nanos span) const override {
    if (span <= Nanos::zero()) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(span);
    }
  }
};

}  // namespace

const Clock& SystemClock() {
  static const MachineClock machine_clock;
  return machine_clock;
}

}  // namespace bulwark::base

// Tells the address sanitizer that the code goes on on another stack; nothing in other builds.
//
// Shape:   LeaveFor() right before a switch, Arrive() right after it, on the stack arrived at.
// Threads: one.
// Source:  the contract of __sanitizer_start_switch_fiber in sanitizer/common_interface_defs.h

#pragma once

#include <cstddef>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

namespace bulwark::sim {

struct StackBounds {
  const void* bottom = nullptr;
  std::size_t size = 0;
};

// One side of the switches: what the sanitizer keeps for a stack while another is in use.
class StackSwitch {
 public:
  void LeaveFor([[maybe_unused]] const StackBounds& next) {
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_start_switch_fiber(&kept_, next.bottom, next.size);
#endif
  }
  // The same from a stack that is never come back to.
  static void LeaveForGoodTo([[maybe_unused]] const StackBounds& next) {
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_start_switch_fiber(nullptr, next.bottom, next.size);
#endif
  }
  // Answers where the code came from.
  StackBounds Arrive() {
    StackBounds from;
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(kept_, &from.bottom, &from.size);
    kept_ = nullptr;
#endif
    return from;
  }

 private:
  [[maybe_unused]] void* kept_ = nullptr;
};

}  // namespace bulwark::sim

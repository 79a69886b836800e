// Names every durable write, so that a test can kill the process right before and right after it.
//
// Shape:   a module declares its writes as constants and passes them where it makes them durable.
//          Nothing happens until ArmCrashPoints() finds TEST_CRASH_POINT in the environment:
//          "<name>.before" or "<name>.after", with ":N" for the N-th time. The process then kills
//          itself with SIGKILL, once: the file that TEST_CRASH_MARK names is made first, and while
//          it is there nobody is killed again.
// Threads: any. Unarmed it is one branch on a constant-initialised flag.
// Source:  docs/crash-points.md

#pragma once

#include <atomic>

namespace bulwark::base {

struct DurableWrite {
  const char* name;  // "ledger.commit"
  const char* text;  // What is durable after it, for people.
};

// Set at most once, at the start of a process that is under test.
inline constinit std::atomic<bool> are_crash_points_armed = false;

// Requires: the arguments outlive the process. Null means unset.
void ArmCrashPoints(const char* point, const char* mark);
// Compares and counts; does not return when it is the one.
void ReachCrashPoint(const DurableWrite& write, bool is_after);

inline void CrashBefore(const DurableWrite& write) {
  if (are_crash_points_armed.load(std::memory_order_relaxed)) [[unlikely]] {
    ReachCrashPoint(write, false);
  }
}
inline void CrashAfter(const DurableWrite& write) {
  if (are_crash_points_armed.load(std::memory_order_relaxed)) [[unlikely]] {
    ReachCrashPoint(write, true);
  }
}

}  // namespace bulwark::base

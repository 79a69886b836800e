// What every part of a simulated world shares: time and turns, faults, the trace, the verdict.
//
// Shape:   the first violation is kept and ends the run.
// Threads: one.
// Owner:   the world.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"
#include "sim/faults.h"
#include "sim/scheduler.h"
#include "sim/trace.h"

namespace bulwark::sim {

// Deliberate mistakes, each in place of what a part of the system promises (sim/bugs.h).
enum class Bug : std::uint8_t {
  kNone,
  kForgetTrades,
  kSendFirst,
  kLazyFsync,
  kBlindResend,
  kKeepReservation,
  kHaltAtEngineOnly,
  kForgetAdjustments,
  kBelieveNotFound,
  kForgetSpill,
};

struct Context {
  Scheduler& scheduler;
  Faults& faults;
  Trace& trace;
  Bug bug = Bug::kNone;
  std::optional<std::string> violation = {};
  std::string crash_at = {};  // For scenarios: the next await point of this name is the last.

  void Violate(std::string text) {
    if (!violation) {
      trace.Note("VIOLATION", 0, [&] { return text; });
      violation = std::move(text);
    }
  }

  // A moment at which the process may die: before and after everything that leaves it.
  void AwaitPoint(std::string_view where) {
    if (scheduler.is_over()) {
      return;
    }
    const bool is_asked_for = !crash_at.empty() && where == crash_at;
    if (is_asked_for || faults.Fires(Fault::kCrash)) {
      crash_at.clear();
      trace.Note("crash", 0, [&] { return "at " + std::string(where); });
      scheduler.CrashHere();
    }
  }
};

// The wall clock of the simulated machines at virtual time zero: 2026-03-02T14:30:00Z, a Monday.
constexpr base::UnixNanos kStart{base::Nanos{1'772'461'800'000'000'000}};

}  // namespace bulwark::sim

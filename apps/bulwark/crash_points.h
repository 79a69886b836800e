// Every durable write of the program by name, for docs/crash-points.md and the test that kills the
// process at each.
//
// Threads: constants.

#pragma once

#include <span>
#include <string>

#include "base/crash_point.h"

namespace bulwark::app {

struct CrashPointRow {
  const base::DurableWrite* write;
  const char* role;    // The process that makes it.
  const char* before;  // What a restart finds after a crash right before it.
};

std::span<const CrashPointRow> CrashPoints();

// The page, and one name a line.
std::string CrashPointsAsMarkdown();
std::string CrashPointNames();

}  // namespace bulwark::app

// What must hold for the program to be left running on this machine, looked at from outside.
//
// Shape:   each check answers lines, one per fact, with the measured value. kRed: must be repaired
//          before money is at stake; kYellow: works, but the owner should know.
// Errors:  none: what cannot be looked at is a red line.
// Threads: the main thread. They block: for the disk, for redis.call_timeout, for a lock at most 2
//          s. They change nothing but a probe file that they remove.
// Source:  design section 2

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/time.h"
#include "config/settings.h"
#include "data_paths.h"

namespace bulwark::app {

struct DoctorLine {
  enum class Level : std::uint8_t { kGreen, kYellow, kRed };

  Level level;
  std::string topic;
  std::string text;
};

using DoctorLines = std::vector<DoctorLine>;

// There, and for its owner only.
DoctorLines CheckData(const DataPaths& paths);

// Version, persistence, eviction; of a private server that does not run, whether it could.
DoctorLines CheckRedis(const config::Settings& settings, const DataPaths& paths);

// Whole, writable and durable.
DoctorLines CheckLedger(const config::Settings& settings, const DataPaths& paths);

// Set, and later than the file of the program itself.
DoctorLines CheckClock(base::UnixNanos now, const std::filesystem::path& program);

// Free, or in use by ourselves.
DoctorLines CheckPorts(const config::Settings& settings, const DataPaths& paths);

// Room, and a file system that keeps what is synced to it; of a folder that is not there yet, where
// it would be made.
DoctorLines CheckDisk(const std::filesystem::path& folder);

// What was due and has not begun, and whether anybody is there to begin it; nothing where no job
// ever ran.
DoctorLines CheckJobs(const config::Settings& settings, const DataPaths& paths,
                      base::UnixNanos now);

}  // namespace bulwark::app

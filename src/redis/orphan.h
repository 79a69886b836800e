// Ends a redis-server that still uses a folder although nobody manages it. Internal to src/redis.
//
// Errors:  kConflict when it cannot be ended; names its process id.
// Threads: any; blocks until it is gone, 15 seconds at most.

#pragma once

#include <string>

#include "base/result.h"

namespace bulwark::redis {

// Requires: `folder` is absolute and canonical, and the caller holds its lock.
base::Result<void> StopOrphan(const std::string& folder);

}  // namespace bulwark::redis

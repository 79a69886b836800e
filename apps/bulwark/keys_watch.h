// Shows what changes in Redis while it changes: keys as they are written, channels as they speak.
//
// Shape:   key events where the server sends them, a look at all matching keys twice a second where
//          it does not; channels always. One line per change, each value on one line.
// Errors:  as redis::Connection; a lost server ends the watch.
// Threads: the calling thread, until `stop`.

#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "redis/connection.h"
#include "redis/url.h"
#include "stop_signal.h"

namespace bulwark::app {

struct WatchTarget {
  redis::Url url;
  redis::ConnectionOptions options;
  std::string pattern;  // Of keys and channels, as Redis' PSUBSCRIBE understands it.
};

// Calls `print` with one line (without line break) per change.
base::Result<void> WatchKeys(const WatchTarget& target, StopSignal& stop,
                             const std::function<void(std::string_view)>& print);

}  // namespace bulwark::app

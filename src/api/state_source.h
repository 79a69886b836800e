// Reads the state from Redis for everybody who asks, at most once per moment.
//
// Shape:   Get() answers the last snapshot when it is young enough, else reads a new one. While
//          Redis does not answer, snapshots say so, and a new connection is tried a few times a
//          second.
// Errors:  none: a failure is a snapshot with is_connected false and the reason in its document.
// Threads: any; one reads while the others wait for at most the connection's timeouts.

#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "api/raw_state.h"
#include "api/state_document.h"
#include "base/time.h"
#include "redis/connection.h"
#include "redis/url.h"

namespace bulwark::api {

struct Snapshot {
  bool is_connected;
  base::Nanos read_at;  // Monotonic.
  RawState raw;
  Json document;
};

class StateSource {
 public:
  StateSource(redis::Url url, redis::ConnectionOptions options);

  [[nodiscard]] std::shared_ptr<const Snapshot> Get(base::Nanos max_age);

 private:
  // Requires: mutex_ is held.
  base::Result<RawState> Read();
  [[nodiscard]] static std::shared_ptr<const Snapshot> Lost(const std::string& reason,
                                                            base::Nanos now);

  redis::Url url_;
  redis::ConnectionOptions options_;
  std::mutex mutex_;
  std::unique_ptr<redis::Connection> connection_;  // Guarded by mutex_, as all below.
  AlertIndex alerts_;
  std::shared_ptr<const Snapshot> latest_;
};

}  // namespace bulwark::api

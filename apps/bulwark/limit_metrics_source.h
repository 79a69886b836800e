// The rate limits for GET /metrics of the API, read when they are asked for.
//
// Shape:   one connection, made when it is needed and again after it broke. Empty text when Redis
//          does not answer: the page's own `redis_up` tells of that.
// Threads: any; one reads while the others wait, for a few timeouts at most.
// Source:  docs/limiter.md#metrics

#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "redis/connection.h"
#include "redis/url.h"

namespace bulwark::app {

class LimitMetricsSource {
 public:
  LimitMetricsSource(redis::Url url, redis::ConnectionOptions options);

  [[nodiscard]] std::string Text();

 private:
  redis::Url url_;
  redis::ConnectionOptions options_;
  std::mutex mutex_;
  std::unique_ptr<redis::Connection> connection_;  // Guarded by mutex_.
};

}  // namespace bulwark::app

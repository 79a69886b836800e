#include "limit_metrics_source.h"

#include <mutex>
#include <string>
#include <utility>

#include "base/log.h"
#include "limiter/limit_metrics.h"
#include "redis/connection.h"
#include "redis/url.h"

namespace bulwark::app {

LimitMetricsSource::LimitMetricsSource(redis::Url url, redis::ConnectionOptions options)
    : url_(std::move(url)), options_(std::move(options)) {}

std::string LimitMetricsSource::Text() {
  const std::lock_guard lock(mutex_);
  if (!connection_ || !connection_->is_alive()) {
    auto connection = redis::Connection::Connect(url_, options_);
    if (!connection) {
      return "";
    }
    connection_ = *std::move(connection);
  }
  auto text = limiter::ReadLimitMetrics(*connection_);
  if (!text) {
    base::LogInfo("limit_metrics_unread").With("reason", text.error().message);
    return "";
  }
  return *std::move(text);
}

}  // namespace bulwark::app

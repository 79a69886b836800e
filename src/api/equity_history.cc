#include "api/equity_history.h"

#include <chrono>
#include <mutex>

#include "api/state_document.h"
#include "base/time.h"

namespace bulwark::api {

void EquityHistory::Add(const Json& document, base::UnixNanos now) {
  const Json& equity = document.at("metrics").at("total_value");
  const std::lock_guard lock(mutex_);
  if (!equity.is_number() || (!points_.empty() && now - points_.back().at < kStep)) {
    return;
  }
  points_.push_back({.at = now, .equity = equity.get<double>()});
  if (points_.size() > kPointsMax) {
    points_.pop_front();
  }
}

Json EquityHistory::Points() const {
  const std::lock_guard lock(mutex_);
  Json points = Json::array();
  for (const Point& point : points_) {
    const auto at = std::chrono::floor<std::chrono::milliseconds>(point.at.time_since_epoch());
    points.push_back(Json::array({at.count(), point.equity}));
  }
  return points;
}

}  // namespace bulwark::api

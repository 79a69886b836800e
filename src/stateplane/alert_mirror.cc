#include "stateplane/alert_mirror.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "base/time.h"
#include "contract/keys.h"
#include "redis/command.h"

namespace bulwark::stateplane {

void AlertMirror::Add(base::UnixNanos at, std::string document) {
  const std::int64_t ms =
      std::chrono::floor<std::chrono::milliseconds>(at).time_since_epoch().count();
  last_ms_ = std::max(ms, last_ms_ + 1);
  if (waiting_.size() == kWaitingMax) {
    waiting_.pop_front();
    composed_ -= composed_ > 0 ? 1 : 0;
    ++dropped_;
  }
  last_ = document;
  is_last_dirty_ = true;
  waiting_.emplace_back(last_ms_, std::move(document));
}

void AlertMirror::Compose(redis::Pipeline& out) {
  const auto retention_ms = std::chrono::floor<std::chrono::milliseconds>(retention_).count();
  const std::string retention_text = std::to_string(retention_ms);
  for (const auto& [ms, document] : waiting_) {
    // NX: an event of another process in the same millisecond is never overwritten.
    const contract::Key key = contract::keys::AlertsEvent(ms);
    if (retention_ms > 0) {
      out.Add({"SET", key.view(), document, "NX", "PX", retention_text});
    } else {
      out.Add({"SET", key.view(), document, "NX"});
    }
  }
  if (is_last_dirty_) {
    out.Add({"SET", contract::keys::AlertsLast().view(), last_});
  }
  composed_ = waiting_.size();
}

void AlertMirror::Confirm() {
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(composed_));
  composed_ = 0;
  is_last_dirty_ = false;
}

}  // namespace bulwark::stateplane

#include "stateplane/alert_mirror.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"
#include "contract/keys.h"
#include "redis/command.h"

namespace bulwark::stateplane {
namespace {

// Writes the alert to the first key from KEYS[1] on that is free, or already holds this alert: the
// answer to an earlier transaction may have been lost. GET of a foreign type gives a table.
constexpr std::string_view kTakeFreeKey = R"(
local prefix, first = string.match(KEYS[1], '^(.-)(%d+)$')
local document, tries, retention = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
for bump = 0, tries - 1 do
  local key = prefix .. string.format('%.0f', first + bump)
  local is_set
  if retention > 0 then
    is_set = redis.call('SET', key, document, 'NX', 'PX', ARGV[3])
  else
    is_set = redis.call('SET', key, document, 'NX')
  end
  if is_set or redis.pcall('GET', key) == document then return bump end
end
return -1
)";

}  // namespace

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
  const auto retention = std::chrono::floor<std::chrono::milliseconds>(retention_).count();
  const std::string retention_text = std::to_string(retention);
  const std::string tries_text = std::to_string(kTriesMax);
  for (const auto& [ms, document] : waiting_) {
    out.Add({"EVAL", kTakeFreeKey, "1", contract::keys::AlertsEvent(ms).view(), document,
             tries_text, retention_text});
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

// Alerts on their way to ALERTS:EVENT:<epoch_ms> and ALERTS:LAST.
//
// Shape:   each alert has a key of its own: its millisecond, or the next one that no other alert
//          has, also none of another program; after kTriesMax taken ones it is in ALERTS:LAST and
//          on the channel only. At most kWaitingMax wait for Redis; beyond that the oldest are
//          dropped and counted.
// Units:   the key's number is milliseconds since the Unix epoch.
// Threads: one thread.
// Source:  contract sections 1.2.3, 3.7

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "base/time.h"
#include "redis/command.h"

namespace bulwark::stateplane {

class AlertMirror {
 public:
  static constexpr std::size_t kWaitingMax = 1'024;
  static constexpr int kTriesMax = 100;

  // `retention` zero keeps the event keys for ever.
  explicit AlertMirror(base::Nanos retention) : retention_(retention) {}

  void Add(base::UnixNanos at, std::string document);

  void Compose(redis::Pipeline& out);
  void Confirm();
  // ALERTS:LAST is to be written again.
  void MarkAllDirty() { is_last_dirty_ = !last_.empty(); }
  [[nodiscard]] bool is_dirty() const { return !waiting_.empty() || is_last_dirty_; }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  base::Nanos retention_;
  std::deque<std::pair<std::int64_t, std::string>> waiting_;
  std::size_t composed_ = 0;
  std::string last_;
  bool is_last_dirty_ = false;
  std::int64_t last_ms_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace bulwark::stateplane

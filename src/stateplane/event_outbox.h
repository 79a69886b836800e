// Messages for the channels, in order, until Redis has taken them.
//
// Shape:   at most kWaitingMax messages wait; while Redis is away the oldest are dropped and
//          counted, because a late event misleads more than a missing one that the keys make up
//          for.
// Threads: one thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "contract/keys.h"
#include "redis/command.h"

namespace bulwark::stateplane {

class EventOutbox {
 public:
  static constexpr std::size_t kWaitingMax = 2'048;

  void Add(contract::Channel channel, std::string payload) {
    if (waiting_.size() == kWaitingMax) {
      waiting_.pop_front();
      ++dropped_;
      composed_ -= composed_ > 0 ? 1 : 0;
    }
    waiting_.emplace_back(channel, std::move(payload));
  }

  void Compose(redis::Pipeline& out) {
    for (const auto& [channel, payload] : waiting_) {
      out.Add({"PUBLISH", channel.view(), payload});
    }
    composed_ = waiting_.size();
  }
  void Confirm() {
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(composed_));
    composed_ = 0;
  }

  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  std::deque<std::pair<contract::Channel, std::string>> waiting_;
  std::size_t composed_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace bulwark::stateplane

// Forwards the ten channels of Redis to the WebSocket clients, over one subscription for all.
//
// Shape:   {"channel":"<name>","data":<payload>}; a payload that is no JSON becomes
//          {"raw":"<text>"}. When Redis goes away or comes back, clients are told on
//          "system:redis": messages of the time between are lost, as Redis keeps none.
// Errors:  none outside: a lost connection is made again, at first at once, then up to 2 s apart. A
//          payload of more than 1 MiB is dropped and logged.
// Threads: one of its own, which calls `broadcast`.
// Source:  contract section 1.6

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/agent.h"
#include "base/time.h"
#include "net/server.h"
#include "redis/subscriber.h"
#include "redis/url.h"

namespace bulwark::api {

// One frame for the clients.
std::string EventFrame(std::string_view channel, std::string_view payload);

class EventStream {
 public:
  using Broadcast = std::function<void(net::Frame)>;

  EventStream(redis::Url url, redis::SubscriberOptions options, Broadcast broadcast);
  // Joins; takes up to the time of one receive or connect.
  ~EventStream() = default;
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;
  EventStream(EventStream&&) = delete;
  EventStream& operator=(EventStream&&) = delete;

  // The last frame of portfolio:update, null when none came yet. Any thread.
  [[nodiscard]] net::Frame LastPortfolio() const;

 private:
  int DoWork();
  void Connect();
  void Tell(bool is_connected, std::string_view reason) const;

  redis::Url url_;
  redis::SubscriberOptions options_;
  Broadcast broadcast_;
  std::unique_ptr<redis::Subscriber> subscriber_;
  bool was_told_lost_ = false;
  base::Nanos next_try_{};
  base::Nanos back_off_{};
  mutable std::mutex mutex_;
  net::Frame portfolio_;  // Guarded by mutex_.
  base::Agent agent_;     // Last: its thread uses all of the above.
};

}  // namespace bulwark::api

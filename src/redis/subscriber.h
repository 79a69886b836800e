// Messages of channels and patterns, over a connection of its own.
//
// Shape:   what is subscribed stays so until the connection is lost; then is_alive() is false for
//          good, and the owner makes a new Subscriber and re-reads whatever it may have missed:
//          Redis keeps no messages for those who are away.
// Units:   timeouts in base::Nanos.
// Errors:  kUnavailable for a lost connection, also for a server that does not answer a PING within
//          `call_timeout` (sent after `ping_every` of silence, so that a frozen server is noticed);
//          kCorrupt for bytes that are no Redis protocol; ToError() codes when the server refuses.
// Threads: one thread at a time. Next() blocks up to its timeout; zero asks without waiting.
// Owner:   holds the socket.

#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/url.h"

namespace bulwark::redis {

struct Message {
  std::string pattern;  // Empty when it came by SUBSCRIBE.
  std::string channel;
  std::string payload;

  bool operator==(const Message&) const = default;
};

struct SubscriberOptions {
  ConnectionOptions connection;
  base::Nanos ping_every = std::chrono::seconds{2};
};

class Subscriber {
 public:
  using Options = SubscriberOptions;

  // Connects and has the server's confirmation of every channel and pattern.
  // Requires: at least one channel or pattern.
  static base::Result<std::unique_ptr<Subscriber>> Connect(const Url& url, Args channels,
                                                           Args patterns,
                                                           const Options& options = {});

  Subscriber() = default;
  virtual ~Subscriber() = default;
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;
  Subscriber(Subscriber&&) = delete;
  Subscriber& operator=(Subscriber&&) = delete;

  // The next message, or empty when none came within `timeout`.
  virtual base::Result<std::optional<Message>> Next(base::Nanos timeout) = 0;

  [[nodiscard]] virtual bool is_alive() const = 0;
};

}  // namespace bulwark::redis

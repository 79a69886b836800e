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
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"
#include "redis/reply_reader.h"
#include "redis/stream.h"
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

  // The next message, or empty when none came within `timeout`.
  base::Result<std::optional<Message>> Next(base::Nanos timeout);

  [[nodiscard]] bool is_alive() const { return is_alive_; }

 private:
  Subscriber(std::unique_ptr<Stream> stream, std::string name, const Options& options);

  base::Result<void> Greet(const Url& url, Args channels, Args patterns);
  // Waits for a whole reply, in reader_.reply(); false when none came before the deadline.
  base::Result<bool> NextReply(base::Nanos deadline);
  // Reads what comes until the deadline; false when nothing did.
  base::Result<bool> ReadMore(base::Nanos deadline);
  base::Result<void> CheckSilence(base::Nanos now);
  std::optional<Message> TakeMessage(Reply& reply);
  tl::unexpected<base::Error> Die(const base::Error& cause);

  std::unique_ptr<Stream> stream_;
  std::string name_;
  Options options_;
  bool is_alive_ = true;
  ReplyReader reader_;
  std::vector<char> input_;
  base::Nanos last_heard_;
  std::optional<base::Nanos> pinged_at_;
  std::size_t confirmed_ = 0;
  std::deque<Message> early_;  // Came between the confirmations of Connect().
};

}  // namespace bulwark::redis

// Makes connections to one Redis server: the seam between those who talk to Redis and where it is.
//
// Errors:  as Connection::Connect() and Subscriber::Connect().
// Threads: one thread at a time.

#pragma once

#include <memory>
#include <utility>

#include "base/result.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/subscriber.h"
#include "redis/url.h"

namespace bulwark::redis {

class Dialer {
 public:
  Dialer() = default;
  virtual ~Dialer() = default;
  Dialer(const Dialer&) = delete;
  Dialer& operator=(const Dialer&) = delete;
  Dialer(Dialer&&) = delete;
  Dialer& operator=(Dialer&&) = delete;

  virtual base::Result<std::unique_ptr<Connection>> Connect(const ConnectionOptions& options) = 0;
  virtual base::Result<std::unique_ptr<Subscriber>> Subscribe(Args channels,
                                                              const SubscriberOptions& options) = 0;
  // The number of the database that the connections use.
  [[nodiscard]] virtual int db() const = 0;
};

// A real server.
class UrlDialer final : public Dialer {
 public:
  explicit UrlDialer(Url url) : url_(std::move(url)) {}

  base::Result<std::unique_ptr<Connection>> Connect(const ConnectionOptions& options) override {
    return Connection::Connect(url_, options);
  }
  base::Result<std::unique_ptr<Subscriber>> Subscribe(Args channels,
                                                      const SubscriberOptions& options) override {
    return Subscriber::Connect(url_, channels, {}, options);
  }
  [[nodiscard]] int db() const override { return url_.db; }

 private:
  Url url_;
};

}  // namespace bulwark::redis

// The bytes of one connection to a Redis server, each step with a deadline.
//
// Shape:   unix socket, TCP or TLS behind one interface; no protocol in here.
// Units:   deadlines are points of base::MonotonicNow().
// Errors:  kUnavailable when the peer refuses, leaves or is silent past the deadline;
//          kInvalidArgument for a socket path that the system cannot hold or an unreadable CA file.
// Threads: one thread at a time; calls block up to the deadline.

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "redis/url.h"

namespace bulwark::redis {

class Stream {
 public:
  Stream() = default;
  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  Stream(Stream&&) = delete;
  Stream& operator=(Stream&&) = delete;

  virtual base::Result<void> WriteAll(std::string_view bytes, base::Nanos deadline) = 0;

  // At least one byte, or empty when the deadline came first: the stream is still good then.
  virtual base::Result<std::optional<std::size_t>> ReadSome(std::span<char> out,
                                                            base::Nanos deadline) = 0;
};

base::Result<std::unique_ptr<Stream>> OpenStream(const Url& url, base::Nanos deadline);

}  // namespace bulwark::redis

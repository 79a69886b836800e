#include "redis/stream.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>
#include <sys/poll.h>

#include "base/result.h"
#include "base/time.h"
#include "redis/socket.h"
#include "redis/tls_stream.h"
#include "redis/url.h"

namespace bulwark::redis {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// Unix socket or TCP: non-blocking reads and writes with ppoll() between them. Asio's own way to a
// deadline (an asynchronous operation and a timer) costs three more system calls per answer.
class PlainStream final : public Stream {
 public:
  PlainStream() = default;

  base::Result<void> Open(const Url& url, base::Nanos deadline) {
    auto socket = ConnectSocket(io_, url, deadline);
    if (!socket) {
      return tl::unexpected(socket.error());
    }
    socket_ = std::move(*socket);
    error_code error;
    socket_.non_blocking(true, error);
    if (error) {
      return LostConnection("connecting", error);
    }
    return {};
  }

  base::Result<void> WriteAll(std::string_view bytes, base::Nanos deadline) override {
    while (!bytes.empty()) {
      error_code error;
      bytes.remove_prefix(socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error));
      const bool is_full = error == asio::error::would_block;
      if (is_full && !WaitFor(POLLOUT, deadline)) {
        return TimedOut("sending");
      }
      if (error && !is_full && error != asio::error::interrupted) {
        return LostConnection("sending", error);
      }
    }
    return {};
  }

  base::Result<std::optional<std::size_t>> ReadSome(std::span<char> out,
                                                    base::Nanos deadline) override {
    // Waits first: right after a request nothing has come yet, and asking in vain is a system call.
    while (WaitFor(POLLIN, deadline)) {
      error_code error;
      const std::size_t count = socket_.read_some(asio::buffer(out.data(), out.size()), error);
      if (!error) {
        return std::optional(count);
      }
      if (error != asio::error::would_block && error != asio::error::interrupted) {
        return LostConnection("receiving", error);
      }
    }
    return std::optional<std::size_t>();
  }

 private:
  // False when the deadline came first. A socket in error counts as ready: the next call tells why.
  bool WaitFor(short events, base::Nanos deadline) {
    pollfd entry{.fd = socket_.native_handle(), .events = events, .revents = 0};
    for (;;) {
      const base::Nanos left = std::max(deadline - base::MonotonicNow(), base::Nanos::zero());
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
      const timespec limit{.tv_sec = seconds.count(), .tv_nsec = (left - seconds).count()};
      const int ready = ppoll(&entry, 1, &limit, nullptr);
      if (ready != -1 || errno != EINTR) {
        return ready != 0;
      }
    }
  }

  asio::io_context io_{1};
  Socket socket_{io_};
};

}  // namespace

base::Result<std::unique_ptr<Stream>> OpenStream(const Url& url, base::Nanos deadline) {
  if (url.scheme == Url::Scheme::kTls) {
    return OpenTlsStream(url, deadline);
  }
  auto stream = std::make_unique<PlainStream>();
  if (auto opened = stream->Open(url, deadline); !opened) {
    return tl::unexpected(opened.error());
  }
  return std::unique_ptr<Stream>(std::move(stream));
}

}  // namespace bulwark::redis

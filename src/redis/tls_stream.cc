#include "redis/tls_stream.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>

#include "base/result.h"
#include "base/time.h"
#include "redis/socket.h"
#include "redis/stream.h"
#include "redis/url.h"

namespace bulwark::redis {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;

class TlsStream final : public Stream {
 public:
  explicit TlsStream(Socket socket, std::unique_ptr<asio::io_context> io, ssl::context context)
      : io_(std::move(io)), context_(std::move(context)), stream_(std::move(socket), context_) {}

  base::Result<void> Handshake(const Url& url, base::Nanos deadline) {
    error_code error;
    // The name is for servers that hold several certificates; they ignore it when it is an address.
    // (The macro SSL_set_tlsext_host_name() without its old-style cast.)
    std::string name = url.host;
    SSL_ctrl(stream_.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             name.data());
    stream_.set_verify_mode(ssl::verify_peer, error);
    stream_.set_verify_callback(ssl::host_name_verification(url.host), error);
    stream_.async_handshake(ssl::stream_base::client,
                            [&error](const error_code& done) { error = done; });
    if (!Finish(deadline)) {
      return TimedOut("agreeing on TLS");
    }
    if (error) {
      return LostConnection("agreeing on TLS", error);
    }
    return {};
  }

  base::Result<void> WriteAll(std::string_view bytes, base::Nanos deadline) override {
    error_code error;
    asio::async_write(stream_, asio::buffer(bytes.data(), bytes.size()),
                      [&error](const error_code& done, std::size_t /*count*/) { error = done; });
    if (!Finish(deadline)) {
      return TimedOut("sending");
    }
    if (error) {
      return LostConnection("sending", error);
    }
    return {};
  }

  base::Result<std::optional<std::size_t>> ReadSome(std::span<char> out,
                                                    base::Nanos deadline) override {
    error_code error;
    std::size_t count = 0;
    stream_.async_read_some(asio::buffer(out.data(), out.size()),
                            [&](const error_code& done, std::size_t done_count) {
                              error = done;
                              count = done_count;
                            });
    // A cancelled read takes nothing from the socket, so that the stream stays good.
    const bool is_in_time = Finish(deadline);
    if (!error) {
      return std::optional(count);
    }
    if (!is_in_time && error == asio::error::operation_aborted) {
      return std::optional<std::size_t>();
    }
    return LostConnection("receiving", error);
  }

 private:
  // Runs what was started; past the deadline cancels it and waits for its end. True when in time.
  bool Finish(base::Nanos deadline) {
    if (RunUntil(*io_, deadline)) {
      return true;
    }
    error_code ignored;
    stream_.next_layer().cancel(ignored);
    io_->restart();
    io_->run();
    return false;
  }

  std::unique_ptr<asio::io_context> io_;
  ssl::context context_;
  ssl::stream<Socket> stream_;
};

base::Result<ssl::context> MakeContext(const Url& url) {
  error_code error;
  ssl::context context(ssl::context::tls_client);
  context.set_options(ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1, error);
  if (url.ca_file.empty()) {
    context.set_default_verify_paths(error);
  } else {
    context.load_verify_file(url.ca_file, error);
  }
  if (error) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "cannot load CA file '" + url.ca_file + "': " + error.message());
  }
  return context;
}

}  // namespace

base::Result<std::unique_ptr<Stream>> OpenTlsStream(const Url& url, base::Nanos deadline) {
  auto context = MakeContext(url);
  if (!context) {
    return tl::unexpected(context.error());
  }
  auto io = std::make_unique<asio::io_context>(1);
  auto socket = ConnectSocket(*io, url, deadline);
  if (!socket) {
    return tl::unexpected(socket.error());
  }
  auto stream = std::make_unique<TlsStream>(std::move(*socket), std::move(io), std::move(*context));
  if (auto agreed = stream->Handshake(url, deadline); !agreed) {
    return tl::unexpected(agreed.error());
  }
  return std::unique_ptr<Stream>(std::move(stream));
}

}  // namespace bulwark::redis

#include "redis/socket.h"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <boost/asio/error.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/system/error_code.hpp>
#include <sys/un.h>

#include "base/result.h"
#include "base/time.h"
#include "redis/url.h"

namespace bulwark::redis {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Endpoint = asio::generic::stream_protocol::endpoint;

base::Result<std::vector<Endpoint>> Resolve(asio::io_context& io, const Url& url) {
  if (url.scheme == Url::Scheme::kUnix) {
    constexpr std::size_t kPathMax = sizeof(sockaddr_un::sun_path) - 1;
    if (url.socket_path.size() > kPathMax) {
      return base::Fail(base::ErrorCode::kInvalidArgument, "socket path '" + url.socket_path +
                                                               "' is longer than " +
                                                               std::to_string(kPathMax) + " bytes");
    }
    return std::vector<Endpoint>{asio::local::stream_protocol::endpoint(url.socket_path)};
  }
  error_code error;
  asio::ip::tcp::resolver resolver(io);
  const auto found = resolver.resolve(url.host, std::to_string(url.port), error);
  if (error) {
    return base::Fail(base::ErrorCode::kUnavailable,
                      "cannot look up host '" + url.host + "': " + error.message());
  }
  std::vector<Endpoint> endpoints;
  for (const auto& entry : found) {
    endpoints.emplace_back(entry.endpoint());
  }
  return endpoints;
}

error_code ConnectOne(asio::io_context& io, Socket& socket, const Endpoint& endpoint,
                      base::Nanos deadline) {
  error_code error;
  socket.open(endpoint.protocol(), error);
  if (error) {
    return error;
  }
  error = asio::error::would_block;
  socket.async_connect(endpoint, [&error](const error_code& done) { error = done; });
  if (!RunUntil(io, deadline)) {
    error_code ignored;
    socket.close(ignored);
    io.restart();
    io.run();  // Lets the cancelled operation end; it must not outlive its variables.
    return asio::error::timed_out;
  }
  return error;
}

}  // namespace

bool RunUntil(asio::io_context& io, base::Nanos deadline) {
  io.restart();
  io.run_until(std::chrono::steady_clock::time_point(
      std::chrono::duration_cast<std::chrono::steady_clock::duration>(deadline)));
  return io.stopped();
}

tl::unexpected<base::Error> LostConnection(const std::string& doing, const error_code& error) {
  const std::string reason =
      error == asio::error::eof ? "the server closed the connection" : error.message();
  return base::Fail(base::ErrorCode::kUnavailable, "while " + doing + ": " + reason);
}

tl::unexpected<base::Error> TimedOut(const std::string& doing) {
  return base::Fail(base::ErrorCode::kUnavailable, "while " + doing + ": timed out");
}

base::Result<Socket> ConnectSocket(asio::io_context& io, const Url& url, base::Nanos deadline) {
  const auto endpoints = Resolve(io, url);
  if (!endpoints) {
    return tl::unexpected(endpoints.error());
  }
  error_code error = asio::error::host_not_found;
  for (const Endpoint& endpoint : *endpoints) {
    Socket socket(io);
    error = ConnectOne(io, socket, endpoint, deadline);
    if (error) {
      continue;
    }
    if (url.scheme != Url::Scheme::kUnix) {
      error_code ignored;  // Slower without, not wrong.
      socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    }
    return socket;
  }
  if (error == asio::error::timed_out) {
    return TimedOut("connecting");
  }
  return LostConnection("connecting", error);
}

}  // namespace bulwark::redis

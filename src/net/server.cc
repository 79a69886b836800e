#include "net/server.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <fmt/format.h>

#include "base/ensure.h"
#include "base/log.h"
#include "base/result.h"
#include "net/message.h"
#include "net/origin.h"
#include "net/router.h"
#include "net/ws_client.h"

namespace bulwark::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr auto kAwaitTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::uint64_t kPendingBroadcastsMax = 1024;
constexpr auto kStopGrace = std::chrono::milliseconds{500};

using HttpRequest = http::request<http::string_body>;

Request ToRequest(const HttpRequest& from, Target target) {
  Request request{.method = std::string(from.method_string()),
                  .target = std::move(target),
                  .headers = {},
                  .body = from.body()};
  for (const auto& field : from) {
    std::string name(field.name_string());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    request.headers.emplace_back(std::move(name), std::string(field.value()));
  }
  return request;
}

http::response<http::string_body> ToHttp(Response from, unsigned version, bool is_head) {
  http::response<http::string_body> response;
  response.version(version);
  response.result(static_cast<unsigned>(from.status));
  response.set(http::field::content_type, from.content_type);
  response.set("X-Content-Type-Options", "nosniff");
  response.set("X-Frame-Options", "DENY");
  response.set("Referrer-Policy", "no-referrer");
  response.set("Cross-Origin-Resource-Policy", "same-origin");
  response.set("Content-Security-Policy",
               "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
               "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  response.set(http::field::cache_control, "no-store");
  for (const auto& [name, value] : from.headers) {
    response.set(name, value);
  }
  if (from.status == 304) {
    return response;  // No length: it would speak of the body that is not sent.
  }
  const auto size = from.body.size();
  if (!is_head) {
    response.body() = std::move(from.body);
  }
  response.content_length(size);
  return response;
}

Response ParseFailure(const beast::error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return ErrorResponse(431, "the request header is too large");
  }
  if (error == http::error::body_limit) {
    return ErrorResponse(413, "the request body is too large");
  }
  if (error == beast::error::timeout) {
    return ErrorResponse(408, "the request did not arrive in time");
  }
  return ErrorResponse(400, "not an HTTP/1.1 request");
}

// A connection that ended between requests, or that cannot take an answer.
bool IsGone(const beast::error_code& error) {
  return error == http::error::end_of_stream ||
         error.category() == asio::error::get_misc_category() ||
         error.category() == asio::error::get_system_category();
}

base::Error BindError(const ServerOptions& options, const beast::error_code& error) {
  const bool is_taken = error == asio::error::address_in_use;
  return {.code = is_taken ? base::ErrorCode::kConflict : base::ErrorCode::kUnavailable,
          .message = fmt::format("cannot listen on {}:{}: {}", options.address, options.port,
                                 error.message())};
}

}  // namespace

class Server::Impl {
 public:
  explicit Impl(ServerOptions options)
      : options_(std::move(options)), workers_(options_.workers), acceptor_(io_) {}

  // NOLINTNEXTLINE(bugprone-exception-escape): what join() throws would be a bug of ours.
  ~Impl() {
    if (thread_.joinable()) {
      asio::post(io_, [this] { BeginStop(); });
      thread_.join();
    }
    workers_.join();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  Impl(Impl&&) = delete;
  Impl& operator=(Impl&&) = delete;

  beast::error_code Listen() {
    beast::error_code error;
    const auto address = asio::ip::make_address(options_.address, error);
    const tcp::endpoint endpoint(address, options_.port);
    if (!error) {
      acceptor_.open(endpoint.protocol(), error);
    }
    if (!error) {
      acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    }
    if (!error) {
      acceptor_.bind(endpoint, error);
    }
    if (!error) {
      acceptor_.listen(asio::socket_base::max_listen_connections, error);
    }
    return error;
  }

  void Run(Router router) {
    ENSURE(!thread_.joinable());
    router_ = std::move(router);
    asio::co_spawn(io_, AcceptLoop(), asio::detached);
    thread_ = std::thread([this] {
      base::NameThread("net");
      io_.run();
    });
  }

  [[nodiscard]] const ServerOptions& options() const { return options_; }
  [[nodiscard]] std::uint16_t port() const { return acceptor_port_; }
  void RememberPort() { acceptor_port_ = acceptor_.local_endpoint().port(); }
  [[nodiscard]] const Counters& counters() const { return counters_; }

  void Broadcast(Frame frame) {
    if (pending_broadcasts_.fetch_add(1) >= kPendingBroadcastsMax) {
      --pending_broadcasts_;
      ++counters_.frames_dropped;
      return;
    }
    asio::post(io_, [this, frame = std::move(frame)] {
      --pending_broadcasts_;
      for (WsClient* client : clients_) {
        client->Push(frame);
      }
    });
  }

 private:
  asio::awaitable<void> AcceptLoop();
  asio::awaitable<void> Serve(beast::tcp_stream stream);
  // Answers one request; false when the connection is over.
  asio::awaitable<bool> ServeOne(beast::tcp_stream& stream, beast::flat_buffer& buffer);
  asio::awaitable<void> ServeWs(beast::tcp_stream stream, const UpgradeRequest& request);
  asio::awaitable<Response> Answer(const HttpRequest& request);
  asio::awaitable<bool> Send(beast::tcp_stream& stream, const HttpRequest& request,
                             Response response) const;
  asio::awaitable<void> Refuse(beast::tcp_stream& stream, Response response);
  [[nodiscard]] std::optional<Response> CheckOrigin(const HttpRequest& request) const;
  void BeginStop();
  asio::awaitable<void> StopAfterGrace();

  ServerOptions options_;
  Router router_;
  Counters counters_;
  std::atomic<std::uint64_t> pending_broadcasts_ = 0;
  std::uint16_t acceptor_port_ = 0;
  bool is_stopping_ = false;
  std::set<beast::tcp_stream*> streams_;  // Plain HTTP connections.
  std::set<WsClient*> clients_;
  asio::io_context io_{1};  // Destroyed before what its coroutines refer to.
  asio::thread_pool workers_;
  tcp::acceptor acceptor_;
  std::thread thread_;
};

void Server::Impl::BeginStop() {
  is_stopping_ = true;
  beast::error_code ignored;
  acceptor_.close(ignored);
  for (beast::tcp_stream* stream : streams_) {
    stream->close();
  }
  for (WsClient* client : clients_) {
    client->Close({beast::websocket::close_code::going_away, "server stops"});
  }
  if (clients_.empty()) {
    io_.stop();
  } else {
    asio::co_spawn(io_, StopAfterGrace(), asio::detached);
  }
}

// Clients that do not answer the close frame are cut off.
asio::awaitable<void> Server::Impl::StopAfterGrace() {
  asio::steady_timer timer(io_, kStopGrace);
  co_await timer.async_wait(kAwaitTuple);
  io_.stop();
}

asio::awaitable<void> Server::Impl::AcceptLoop() {
  constexpr std::string_view kFull =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  while (acceptor_.is_open()) {
    auto [error, socket] = co_await acceptor_.async_accept(kAwaitTuple);
    if (error) {
      asio::steady_timer pause(io_, std::chrono::milliseconds{50});  // Out of descriptors, mostly.
      co_await pause.async_wait(kAwaitTuple);
      continue;
    }
    if (counters_.connections >= options_.connections_max) {
      ++counters_.connections_refused;
      beast::error_code ignored;
      socket.write_some(asio::buffer(kFull), ignored);
      continue;
    }
    ++counters_.connections;
    beast::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    asio::co_spawn(io_, Serve(beast::tcp_stream(std::move(socket))), asio::detached);
  }
}

asio::awaitable<void> Server::Impl::Serve(beast::tcp_stream stream) {
  struct Count {
    Impl& impl;
    beast::tcp_stream* stream;
    Count(Impl& owner, beast::tcp_stream* served) : impl(owner), stream(served) {
      impl.streams_.insert(stream);
    }
    ~Count() {
      impl.streams_.erase(stream);
      --impl.counters_.connections;
    }
    Count(const Count&) = delete;
    Count& operator=(const Count&) = delete;
    Count(Count&&) = delete;
    Count& operator=(Count&&) = delete;
  };
  const Count count(*this, &stream);
  // Bounded, because the parser's own limit does not cover bytes that never form a header.
  beast::flat_buffer buffer(options_.header_bytes_max + options_.body_bytes_max);
  while (!is_stopping_ && co_await ServeOne(stream, buffer)) {
  }
}

asio::awaitable<bool> Server::Impl::ServeOne(beast::tcp_stream& stream,
                                             beast::flat_buffer& buffer) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(options_.header_bytes_max);
  parser.body_limit(options_.body_bytes_max);
  stream.expires_after(options_.idle);
  auto [error, bytes] = co_await http::async_read_header(stream, buffer, parser, kAwaitTuple);
  const bool is_upgrade = !error && beast::websocket::is_upgrade(parser.get());
  if (!error && !is_upgrade) {
    std::tie(error, bytes) = co_await http::async_read(stream, buffer, parser, kAwaitTuple);
  }
  if (error) {
    if (!IsGone(error)) {
      co_await Refuse(stream, ParseFailure(error));
    }
    co_return false;
  }
  ++counters_.requests;
  const HttpRequest request = parser.release();
  if (auto refusal = CheckOrigin(request)) {
    co_await Refuse(stream, std::move(*refusal));
    co_return false;
  }
  const std::string_view path(request.target());
  if (is_upgrade && path.substr(0, path.find('?')) == options_.ws.path) {
    streams_.erase(&stream);
    co_await ServeWs(std::move(stream), request);
    co_return false;
  }
  Response response = co_await Answer(request);
  co_return co_await Send(stream, request, std::move(response));
}

std::optional<Response> Server::Impl::CheckOrigin(const HttpRequest& request) const {
  const std::string_view host(request[http::field::host]);
  const std::string_view origin(request[http::field::origin]);
  if (!IsAllowedHost(options_.origins, host)) {
    return ErrorResponse(421, "this server does not answer to that Host");
  }
  const bool is_read = request.method() == http::verb::get || request.method() == http::verb::head;
  const bool is_upgrade = beast::websocket::is_upgrade(request);
  if ((!is_read || is_upgrade) && !IsAllowedOrigin(options_.origins, origin, host)) {
    return ErrorResponse(403, "requests from a foreign Origin are not allowed");
  }
  return std::nullopt;
}

asio::awaitable<Response> Server::Impl::Answer(const HttpRequest& request) {
  auto target = ParseTarget(std::string_view(request.target()));
  if (!target) {
    co_return ErrorResponse(400, target.error().message);
  }
  if (target->path == options_.ws.path) {
    Response response = ErrorResponse(426, "this path takes WebSocket connections only");
    response.headers.emplace_back("Upgrade", "websocket");
    co_return response;
  }
  const Request plain = ToRequest(request, std::move(*target));
  const auto handle = [](const Router& router, const Request& asked) -> asio::awaitable<Response> {
    co_return router.Handle(asked);
  };
  co_return co_await asio::co_spawn(workers_, handle(router_, plain), asio::use_awaitable);
}

asio::awaitable<bool> Server::Impl::Send(beast::tcp_stream& stream, const HttpRequest& request,
                                         Response response) const {
  auto reply = ToHttp(std::move(response), request.version(), request.method() == http::verb::head);
  reply.keep_alive(request.keep_alive() && !is_stopping_);
  stream.expires_after(options_.idle);
  const auto [error, bytes] = co_await http::async_write(stream, reply, kAwaitTuple);
  co_return !error && reply.keep_alive();
}

// Answers and closes. Reads a little of what the client is still sending: closing a socket with
// unread bytes resets the connection, and the client would never see the answer.
asio::awaitable<void> Server::Impl::Refuse(beast::tcp_stream& stream, Response response) {
  ++counters_.requests_refused;
  auto reply = ToHttp(std::move(response), 11, false);
  reply.keep_alive(false);
  stream.expires_after(options_.idle);
  co_await http::async_write(stream, reply, kAwaitTuple);
  beast::error_code ignored;
  stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
  std::array<char, 4096> rest{};
  stream.expires_after(std::chrono::seconds{1});
  for (int reads = 0; reads < 64; ++reads) {
    const auto [error, bytes] = co_await stream.async_read_some(asio::buffer(rest), kAwaitTuple);
    if (error) {
      break;
    }
  }
}

asio::awaitable<void> Server::Impl::ServeWs(beast::tcp_stream stream,
                                            const UpgradeRequest& request) {
  WsClient client(std::move(stream), options_.ws, counters_);
  if (!co_await client.Accept(request)) {
    ++counters_.requests_refused;
    co_return;
  }
  struct Joined {
    Impl& impl;
    WsClient* client;
    Joined(Impl& owner, WsClient* joined) : impl(owner), client(joined) {
      impl.clients_.insert(client);
      ++impl.counters_.ws_clients;
    }
    ~Joined() {
      impl.clients_.erase(client);
      --impl.counters_.ws_clients;
    }
    Joined(const Joined&) = delete;
    Joined& operator=(const Joined&) = delete;
    Joined(Joined&&) = delete;
    Joined& operator=(Joined&&) = delete;
  };
  const Joined joined(*this, &client);
  co_await client.Run(workers_.get_executor());
  if (is_stopping_ && clients_.size() == 1) {
    io_.stop();  // The last one said goodbye; no need to sit out the grace.
  }
}

base::Result<std::unique_ptr<Server>> Server::Listen(ServerOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  if (const auto error = impl->Listen()) {
    return tl::unexpected<base::Error>(BindError(impl->options(), error));
  }
  impl->RememberPort();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

void Server::Run(Router router) {
  impl_->Run(std::move(router));
}

std::uint16_t Server::port() const {
  return impl_->port();
}

const Counters& Server::counters() const {
  return impl_->counters();
}

void Server::Broadcast(Frame frame) {
  impl_->Broadcast(std::move(frame));
}

}  // namespace bulwark::net
